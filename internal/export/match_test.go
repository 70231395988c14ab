package export

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func batchOfThree() []activation.Row {
	return []activation.Row{
		{Address: "ana@example.com", Attributes: []byte(`{"FIRSTNAME":"Ana","SMS":"+385911234567"}`)},
		{Address: "ivo@example.com", Attributes: []byte(`{"EXT_ID":"C-17"}`)},
		{Address: "eva@example.com", Attributes: []byte(`{}`)},
	}
}

func TestS12EveryReportLineMustMatchARow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line destination.ReportLine
		want activation.Email // empty: not understood
	}{
		"by address":              {destination.ReportLine{Address: "eva@example.com", Reason: "invalid"}, "eva@example.com"},
		"by phone as sent":        {destination.ReportLine{Identifier: "+385911234567"}, "ana@example.com"},
		"by phone as stored":      {destination.ReportLine{Identifier: "385911234567"}, "ana@example.com"},
		"by external id":          {destination.ReportLine{Identifier: "C-17"}, "ivo@example.com"},
		"address of another":      {destination.ReportLine{Address: "other@example.com"}, ""},
		"address beats phone":     {destination.ReportLine{Address: "other@example.com", Identifier: "385911234567"}, ""},
		"unknown phone":           {destination.ReportLine{Identifier: "385910000000"}, ""},
		"no identifier at all":    {destination.ReportLine{Reason: "boom"}, ""},
		"a name is no identifier": {destination.ReportLine{Identifier: "Ana"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMatcher(batchOfThree())
			require.Equal(t, c.want != "", m.match("invalid_emails", c.line))
			if c.want == "" {
				require.Empty(t, m.rejected)
				return
			}
			require.Len(t, m.rejected, 1)
			require.Equal(t, c.want, m.rejected[0].Address)
		})
	}
}

func TestS15ARowNamedTwiceIsRejectedOnce(t *testing.T) {
	t.Parallel()
	m := newMatcher(batchOfThree())
	require.True(t, m.match("invalid_emails", destination.ReportLine{Address: "ana@example.com", Reason: "bad"}))
	require.True(t, m.match("duplicate_phone_id", destination.ReportLine{Identifier: "385911234567"}))
	require.Len(t, m.rejected, 1)
	require.Equal(t, "invalid_emails: bad", m.rejected[0].Why)
}
