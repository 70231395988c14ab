package brevo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func TestAnExportsCallsWorkAgainstTheSandbox(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx := t.Context()
	account, err := d.Account(ctx)
	require.NoError(t, err)
	require.Equal(t, "Sandbox Company", account.Company)
	require.Equal(t, "100000", account.Credits)
	p := d.load(
		row("ana@example.com", `{"FIRSTNAME":"Ana","SMS":"+385911234567","BIRTHDAY":"1990-02-03","POINTS":12.5,"CLUB":"Yes","GENDER":"Women","HOBBIES":["Skiing","Chess"]}`),
		row("ivo@example.com", `{}`),
		row("ivo@example.com", `{}`),
	)
	require.True(t, p.Import)
	require.Equal(t, destination.ProcessCompleted, p.State)
	require.Len(t, p.Reports, 1, "the second row for one person is reported")
	var lines []destination.ReportLine
	for line, err := range d.Report(ctx, p.Reports[0]) {
		require.NoError(t, err)
		lines = append(lines, line)
	}
	require.Len(t, lines, 1)
	require.Equal(t, "ivo@example.com", lines[0].Address.String())
	contact, err := d.Contact(ctx, "ana@example.com")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"SMS": "385911234567"}, contact.Identifiers)
	require.Equal(t, map[string]string{
		"FIRSTNAME": "Ana", "BIRTHDAY": "1990-02-03", "POINTS": "12.5", "CLUB": "true", "GENDER": "Women", "HOBBIES": "Chess\x1fSkiing",
	}, contact.Attributes)
	require.Equal(t, []activation.ListID{1}, contact.Lists)
	require.NoError(t, d.Remove(ctx, 1, []activation.Email{"ana@example.com", "nobody@example.com"}))
	require.NoError(t, d.Remove(ctx, 1, []activation.Email{"ana@example.com", "nobody@example.com"}), "S18 nobody is there any more")
	l, err := d.List(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, destination.List{ID: 1, Name: "One", Size: 1}, l)
	_, err = d.List(ctx, 99)
	require.Equal(t, activation.CodeListMissing, problemOf(t, err).Code)
	made, err := d.CreateList(ctx, "Three", 0)
	require.NoError(t, err)
	lists, err := d.Lists(ctx)
	require.NoError(t, err)
	require.Len(t, lists, 3)
	require.Equal(t, made, lists[2])
}
