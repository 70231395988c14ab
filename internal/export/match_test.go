package export

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func batch() []activation.Row {
	return []activation.Row{
		{Address: "ana@example.com", Attributes: []byte(`{"FIRSTNAME":"Ana","SMS":"+385911234567"}`)},
		{Address: "ivo@example.com", Attributes: []byte(`{"EXT_ID":"C-17"}`)},
		{Address: "eva@example.com", Attributes: []byte(`{}`)},
		{Address: "mia@example.com", Attributes: []byte(`{"EXT_ID":"385911234567","WHATSAPP":"+385912222222"}`)},
		{Address: "jan@example.com", Attributes: []byte(`{"EXT_ID":"eva@example.com","SMS":"+385912222222"}`)},
		{Address: "tin@example.com", Attributes: []byte(`{"SMS":"+385913333333","WHATSAPP":"+385913333333"}`)},
	}
}

func of(pairs ...string) (l destination.ReportLine) {
	for i := 0; i < len(pairs); i += 2 {
		l.Others = append(l.Others, destination.Identifier{Attribute: pairs[i], Value: pairs[i+1]})
	}
	return l
}

func TestS12EveryReportLineMustMatchARow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line destination.ReportLine
		want activation.Email // empty: not understood
		why  string
	}{
		"by address":               {destination.ReportLine{Address: "eva@example.com", Reason: "invalid"}, "eva@example.com", ""},
		"by phone":                 {of("SMS", "385911234567"), "ana@example.com", ""},
		"an id like a phone":       {of("EXT_ID", "385911234567"), "mia@example.com", ""},
		"an id like an address":    {of("EXT_ID", "eva@example.com"), "jan@example.com", ""},
		"by external id":           {of("EXT_ID", "C-17"), "ivo@example.com", ""},
		"the phone of one":         {of("SMS", "385912222222"), "jan@example.com", ""},
		"the phone of another":     {of("WHATSAPP", "385912222222"), "mia@example.com", ""},
		"some phone":               {of(destination.AnyPhone, "385911234567"), "ana@example.com", ""},
		"some phone, of one twice": {of(destination.AnyPhone, "385913333333"), "tin@example.com", ""},
		"some phone of two":        {of(destination.AnyPhone, "385912222222"), "", fitsSeveral},
		"two of one person":        {of("EXT_ID", "385911234567", "WHATSAPP", "385912222222"), "mia@example.com", ""},
		"two of two people":        {of("EXT_ID", "C-17", "SMS", "385911234567"), "", fitsSeveral},
		"one that was not sent":    {of("EXT_ID", "C-17", "SMS", "385910000000"), "ivo@example.com", ""},
		"a phone sent for another": {of("LANDLINE_NUMBER", "385911234567"), "", fitsNobody},
		"address of another":       {destination.ReportLine{Address: "other@example.com"}, "", fitsNobody},
		"address beats phone":      {destination.ReportLine{Address: "other@example.com", Others: of("SMS", "385911234567").Others}, "", fitsNobody},
		"unknown phone":            {of("SMS", "385910000000"), "", fitsNobody},
		"no identifier at all":     {destination.ReportLine{Reason: "boom"}, "", fitsNobody},
		"a name is no identifier":  {of("FIRSTNAME", "Ana"), "", fitsNobody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMatcher(batch())
			require.Equal(t, c.why, m.match("invalid_emails", c.line))
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
	m := newMatcher(batch())
	require.Empty(t, m.match("invalid_emails", destination.ReportLine{Address: "ana@example.com", Reason: "bad"}))
	require.Empty(t, m.match("duplicate_phone_id", of("SMS", "385911234567")))
	require.Len(t, m.rejected, 1)
	require.Equal(t, "invalid_emails: bad", m.rejected[0].Why)
}
