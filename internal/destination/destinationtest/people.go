package destinationtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func optedOut(b *bench) {
	list := b.NewList("Newsletter")
	b.send(list, row("ana@example.com", `{}`), row("ivo@example.com", `{}`), row("eva@example.com", `{}`))
	b.Block("ivo@example.com")
	b.Unsubscribe(list, "eva@example.com")
	found := map[string]destination.Contact{}
	for c, err := range b.d.Contacts(b.Context(), time.Time{}) {
		require.NoError(b, err)
		found[c.Address.String()] = c
	}
	require.Len(b, found, 3)
	require.False(b, found["ana@example.com"].Blocklisted)
	require.Empty(b, found["ana@example.com"].Unsubscribed)
	require.True(b, found["ivo@example.com"].Blocklisted)
	require.Equal(b, []activation.ListID{list}, found["eva@example.com"].Unsubscribed)
	require.Equal(b, []activation.ListID{list}, found["ana@example.com"].Lists)
}

func since(b *bench) {
	list := b.NewList("Newsletter")
	b.send(list, row("ana@example.com", `{"SMS":"+385911234567"}`))
	c, err := b.d.Contact(b.Context(), "ana@example.com")
	require.NoError(b, err)
	require.False(b, c.ModifiedAt.IsZero())
	read := func(since time.Time) (n int) {
		for c, err := range b.d.Contacts(b.Context(), since) {
			require.NoError(b, err)
			require.Equal(b, "385911234567", c.Identifiers["SMS"], "phones are digits")
			n++
		}
		return n
	}
	require.Equal(b, 1, read(c.ModifiedAt.Add(-time.Minute)))
	require.Equal(b, 0, read(c.ModifiedAt.Add(time.Minute)))
}

func leftOut(b *bench) {
	list := b.NewList("Newsletter")
	p := b.send(list, row("ana@example.com", `{"FIRSTNAME":"Ana"}`), row("ivo@example.com", `{}`), row("ana@example.com", `{"FIRSTNAME":"Eva"}`))
	require.Equal(b, destination.ProcessCompleted, p.State)
	require.Equal(b, []string{"ana@example.com", "ivo@example.com"}, b.Members(list))
	for _, a := range b.reported(p) {
		require.Equal(b, "ana@example.com", a, "only who was there twice")
	}
}

func everybody(b *bench) {
	list := b.NewList("Newsletter")
	p := b.send(list, row("ana@example.com", `{}`), row("ivo@example.com", `{"FIRSTNAME":"Ivo"}`))
	require.True(b, p.Import)
	require.Equal(b, destination.ProcessCompleted, p.State)
	require.Empty(b, b.reported(p))
	require.Equal(b, []string{"ana@example.com", "ivo@example.com"}, b.Members(list))
}

func readBack(b *bench) {
	list := b.NewList("Newsletter")
	yes, no := b.d.BooleanLiterals()
	require.True(b, json.Valid([]byte(yes)) && json.Valid([]byte(no)))
	b.send(list,
		row("o'neil+a/b%c@example.com", fmt.Sprintf(`{"FIRSTNAME":"Žana \"Ž\" <O'Neil>; Ltd","BIRTHDAY":"1990-02-03","POINTS":-12.5,"CLUB":%s,`+
			`"GENDER":"Women","HOBBIES":["Skiing","Chess"],"SMS":"+385911234567","EXT_ID":"C-17"}`, yes)),
		row("ivo@example.com", fmt.Sprintf(`{"CLUB":%s,"POINTS":0}`, no)))
	c, err := b.d.Contact(b.Context(), "o'neil+a/b%c@example.com")
	require.NoError(b, err)
	require.Equal(b, map[string]string{
		"FIRSTNAME": `Žana "Ž" <O'Neil>; Ltd`, "BIRTHDAY": "1990-02-03", "POINTS": "-12.5", "CLUB": "true", "GENDER": "Women", "HOBBIES": "Chess\x1fSkiing",
	}, c.Attributes)
	require.Equal(b, map[string]string{"SMS": "385911234567", "EXT_ID": "C-17"}, c.Identifiers)
	c, err = b.d.Contact(b.Context(), "ivo@example.com")
	require.NoError(b, err)
	require.Equal(b, map[string]string{"CLUB": "false", "POINTS": "0"}, c.Attributes)
	_, err = b.d.Contact(b.Context(), "nobody@example.com")
	require.Equal(b, activation.CodeNotFound, b.failed(err).Code)
}

func stays(b *bench) {
	list := b.NewList("Newsletter")
	b.send(list, row("ana@example.com", `{"FIRSTNAME":"Ana","POINTS":1}`))
	b.send(list, row("ana@example.com", `{"POINTS":2}`))
	c, err := b.d.Contact(b.Context(), "ana@example.com")
	require.NoError(b, err)
	require.Equal(b, map[string]string{"FIRSTNAME": "Ana", "POINTS": "2"}, c.Attributes)
}

// cleared holds that an import empties what it names as empty if it is told to, and only then, and never what identifies. What
// becomes of values that it does not name is left open: it depends on the account (S16).
func cleared(b *bench) {
	c, ok := b.d.(destination.Clearer)
	require.True(b, ok, "a destination can empty values")
	list := b.NewList("Newsletter")
	yes, _ := b.d.BooleanLiterals()
	b.send(list, row("ana@example.com", fmt.Sprintf(`{"FIRSTNAME":"Ana","BIRTHDAY":"1990-02-03","POINTS":1,"CLUB":%s,"GENDER":"Women","HOBBIES":["Chess"],"SMS":"+385911234567"}`, yes)))
	empty := row("ana@example.com", `{"FIRSTNAME":"","BIRTHDAY":"","POINTS":"","CLUB":"","GENDER":"","HOBBIES":""}`)
	b.send(list, empty)
	got, err := b.d.Contact(b.Context(), "ana@example.com")
	require.NoError(b, err)
	require.Len(b, got.Attributes, 6, "an ordinary import empties nothing")
	p, err := c.ImportClearing(b.Context(), list, []activation.Row{empty})
	require.NoError(b, err)
	b.ended(p)
	got, err = b.d.Contact(b.Context(), "ana@example.com")
	require.NoError(b, err)
	require.Empty(b, got.Attributes)
	require.Equal(b, map[string]string{"SMS": "385911234567"}, got.Identifiers)
}

func processFails(b *bench) {
	list := b.NewList("Newsletter")
	b.FailProcess()
	p := b.send(list, row("ana@example.com", `{}`))
	require.Equal(b, destination.ProcessFailed, p.State)
}

func removeNobody(b *bench) {
	list := b.NewList("Newsletter")
	b.send(list, row("ana@example.com", `{}`), row("ivo@example.com", `{}`))
	for range 2 {
		require.NoError(b, b.d.Remove(b.Context(), list, []activation.Email{"ana@example.com", "nobody@example.com"}))
		require.Equal(b, []string{"ivo@example.com"}, b.Members(list))
	}
	many := make([]activation.Email, b.d.Limits().MaxRemovals)
	for i := range many {
		many[i] = activation.Email(fmt.Sprintf("p%d@example.com", i))
	}
	require.NoError(b, b.d.Remove(b.Context(), list, many))
	require.Equal(b, destination.Refused, b.failed(b.d.Remove(b.Context(), list, append(slices.Clone(many), "one@example.com"))).Outcome)
	require.Equal(b, destination.Refused, b.failed(b.d.Remove(b.Context(), list, nil)).Outcome)
	require.Equal(b, []string{"ivo@example.com"}, b.Members(list))
}

func removeFromGone(b *bench) {
	list := b.NewList("Newsletter")
	b.DropList(list)
	e := b.failed(b.d.Remove(b.Context(), list, []activation.Email{"ana@example.com"}))
	require.Equal(b, activation.CodeListMissing, e.Code)
	require.Equal(b, destination.Refused, e.Outcome)
}

// crowd puts people on a new list.
func (b *bench) crowd(n int) (list activation.ListID, addresses []string) {
	list = b.NewList("Crowd")
	rows := make([]activation.Row, n)
	for i := range rows {
		rows[i] = row(fmt.Sprintf("p%05d@example.com", i), `{}`)
		addresses = append(addresses, rows[i].Address.String())
	}
	b.send(list, rows...)
	return list, addresses
}

func listRead(b *bench) {
	list, want := b.crowd(2100)
	var got []string
	for c, err := range b.d.ListContacts(b.Context(), list) {
		require.NoError(b, err)
		require.Contains(b, c.Lists, list)
		got = append(got, c.Address.String())
	}
	require.Len(b, got, len(want))
	slices.Sort(got)
	require.Equal(b, want, got)
	n := 0
	for range b.d.ListContacts(b.Context(), list) {
		if n++; n == 3 {
			break
		}
	}
	require.Equal(b, 3, n, "a reader may stop")
}

// listMoves takes people who were read off the list, so that those behind them move up between two pages.
func listMoves(b *bench) {
	list, all := b.crowd(2100)
	got, gone := map[string]bool{}, map[string]bool{}
	for c, err := range b.d.ListContacts(b.Context(), list) {
		require.NoError(b, err)
		require.False(b, got[c.Address.String()], "each once")
		got[c.Address.String()] = true
		if n := len(got); n == 300 || n == 900 {
			leave := all[n-300 : n-300+n/5]
			for _, a := range leave {
				gone[a] = true
			}
			b.Delete(leave...)
		}
	}
	for _, a := range all {
		require.True(b, got[a] || gone[a], "nobody who stayed is missed")
	}
}

func twice(b *bench) {
	list := b.NewList("Newsletter")
	rows := []activation.Row{row("ana@example.com", `{"FIRSTNAME":"Ana","SMS":"+385911234567"}`), row("ivo@example.com", `{}`)}
	first, second := b.send(list, rows...), b.send(list, rows...)
	require.NotEqual(b, first.ID, second.ID)
	require.Empty(b, b.reported(second))
	require.Equal(b, []string{"ana@example.com", "ivo@example.com"}, b.Members(list))
}

func blocklist(b *bench) {
	list := b.NewList("Newsletter")
	b.send(list, row("ana@example.com", `{}`), row("ivo@example.com", `{}`))
	b.Block("ana@example.com")
	b.send(list, row("ana@example.com", `{"FIRSTNAME":"Ana"}`), row("ivo@example.com", `{"FIRSTNAME":"Ivo"}`))
	for address, blocked := range map[activation.Email]bool{"ana@example.com": true, "ivo@example.com": false} {
		c, err := b.d.Contact(b.Context(), address)
		require.NoError(b, err)
		require.Equal(b, blocked, c.Blocklisted)
	}
}

func troubles(b *bench) {
	list := b.NewList("Newsletter")
	b.send(list, row("ivo@example.com", `{}`))
	for trouble, c := range map[Trouble]struct {
		want  destination.Outcome
		found bool
	}{
		Throttled: {destination.NotDone, false}, Denied: {destination.Refused, false}, LostBefore: {destination.Unknown, false},
		LostAfter: {destination.Unknown, true}, Broken: {destination.Unknown, true},
	} {
		address := fmt.Sprintf("t%d@example.com", trouble)
		b.Trouble(trouble)
		_, err := b.d.Import(b.Context(), list, []activation.Row{row(address, `{}`)})
		e := b.failed(err)
		require.Equal(b, c.want, e.Outcome, "import, trouble %d", trouble)
		require.Equal(b, trouble == Throttled, e.RetryAfter > 0, "trouble %d", trouble)
		require.NotContains(b, e.Error()+e.Remedy, address)
		_, err = b.d.Processes(b.Context(), 0, 1) // lets what is under way end
		require.NoError(b, err)
		require.Equal(b, c.found, slices.Contains(b.Members(list), address), "import, trouble %d", trouble)
		b.Trouble(trouble)
		e = b.failed(b.d.Remove(b.Context(), list, []activation.Email{"ivo@example.com"}))
		require.Equal(b, c.want, e.Outcome, "removal, trouble %d", trouble)
		require.Equal(b, c.found, !slices.Contains(b.Members(list), "ivo@example.com"), "removal, trouble %d", trouble)
		require.NoError(b, b.d.Remove(b.Context(), list, []activation.Email{"ivo@example.com"}), "a removal may be repeated")
		b.send(list, row("ivo@example.com", `{}`))
	}
}

func limits(b *bench) {
	list := b.NewList("Newsletter")
	l := b.d.Limits()
	require.Positive(b, l.MaxRows)
	value := strings.Repeat("x", 200_000)
	var rows []activation.Row
	var size int64
	for i := 0; ; i++ {
		r := row(fmt.Sprintf("p%05d@example.com", i), `{"FIRSTNAME":"`+value+`"}`)
		need := l.RowOverhead + int64(len(r.Address)) + 2 + int64(len(r.Attributes))
		if size+need > l.MaxBody {
			if cut := size + need - l.MaxBody; cut < int64(len(value)) { // fill it to the last byte
				r.Attributes = []byte(`{"FIRSTNAME":"` + value[cut:] + `"}`)
				rows = append(rows, r)
			}
			break
		}
		size += need
		rows = append(rows, r)
	}
	p := b.send(list, rows...)
	require.Equal(b, destination.ProcessCompleted, p.State)
	require.Len(b, b.Members(list), len(rows))
	before := b.d.Calls()
	rows[0].Attributes = []byte(`{"FIRSTNAME":"` + value + value + `"}`)
	_, err := b.d.Import(b.Context(), list, rows)
	require.Equal(b, destination.Refused, b.failed(err).Outcome)
	require.Equal(b, before, b.d.Calls(), "it was not tried")
	for name, bad := range map[string]activation.Row{
		"no address": row("", `{}`), "no address in normal form": row("Ana@Example.com", `{}`), "attributes that are a list": row("ana@example.com", `[]`),
		"attributes that break out": row("ana@example.com", `{}},{"email":"ivo@example.com","attributes":{}`),
		"another address":           row("ana@example.com", `{"EMAIL":"ivo@example.com"}`),
	} {
		_, err := b.d.Import(b.Context(), list, []activation.Row{row("eva@example.com", `{}`), bad})
		require.Equal(b, destination.Refused, b.failed(err).Outcome, name)
	}
	require.Equal(b, before, b.d.Calls())
}
