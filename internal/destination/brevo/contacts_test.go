package brevo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/destination"
)

func TestAStoredValueIsReadWhateverItsForm(t *testing.T) {
	t.Parallel()
	types := map[string]definition{}
	for _, a := range gjson.Parse(`[
		{"name":"club","category":"normal","type":"boolean"}, {"name":"BIRTHDAY","category":"normal","type":"date"},
		{"name":"GENDER","category":"category","enumeration":[{"value":0,"valueStr":"m","label":"Men"},{"value":0,"valueStr":"w","label":"Women"}]},
		{"name":"LEVEL","category":"category","enumeration":[{"value":1,"label":"2"},{"value":2,"label":"Gold"}]}]`).Array() {
		d := define(a)
		types[d.Name] = d
	}
	for attribute, want := range map[string]string{
		`"CLUB":true`: "true", `"club":"Yes"`: "true", `"CLUB":1`: "true", `"CLUB":"no"`: "false", `"CLUB":""`: "", `"CLUB":"maybe"`: "maybe",
		`"BIRTHDAY":"1990-02-03"`: "1990-02-03", `"BIRTHDAY":"1990-02-03T00:00:00.000Z"`: "1990-02-03", `"BIRTHDAY":"03-02-1990"`: "03-02-1990",
		`"GENDER":"w"`: "Women", `"GENDER":"Women"`: "Women", `"GENDER":"x"`: "x",
		`"LEVEL":2`: "Gold", `"LEVEL":"2"`: "2", `"LEVEL":1`: "2",
		`"OTHER":12.50`: "12.5", `"OTHER":1e3`: "1000", `"OTHER":-0.0`: "0", `"OTHER":123456789012345`: "123456789012345", `"OTHER":null`: "", `"OTHER":{"a":1}`: "",
		`"OTHER":["b","a",1]`: "1\x1fa\x1fb", `"OTHER":" as it is "`: " as it is ",
	} {
		c, ok := contact(gjson.Parse(`{"id":1,"emailBlacklisted":false,"attributes":{`+attribute+`}}`), types)
		require.True(t, ok)
		name, _, _ := strings.Cut(strings.ToUpper(attribute), ":")
		require.Equal(t, want, c.Attributes[strings.Trim(name, `"`)], attribute)
	}
}

func TestAContactIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	c, ok := contact(gjson.Parse(`{"id":"7","email":"385911234567@mailin-sms.com","emailBlacklisted":true,"smsBlacklisted":false,"listIds":[3,2,"x"],
		"listUnsubscribed":null,"modifiedAt":"2026-11-24T10:00:00.000+01:00","ext_id":"C-17","statistics":{},
		"attributes":{"SMS":"+385 91 123 4567","WHATSAPP":"","LANDLINE_NUMBER":38512345678,"EMAIL":"x@example.com"}}`), nil)
	require.True(t, ok)
	require.Equal(t, destination.Contact{
		ID: 7, Blocklisted: true, Lists: []activation.ListID{2, 3}, ModifiedAt: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		Identifiers: map[string]string{"SMS": "385911234567", "LANDLINE_NUMBER": "38512345678", "EXT_ID": "C-17"}, Attributes: map[string]string{},
	}, c, "a made-up address is none")
	for _, text := range []string{`{}`, `{"id":1}`, `{"id":0,"emailBlacklisted":false}`, `{"id":1,"emailBlacklisted":"no"}`, `[]`, `"x"`} {
		_, ok := contact(gjson.Parse(text), nil)
		require.False(t, ok, "S8 who may have opted out must be known: %s", text)
	}
}

func TestTheAnswerMustBeAboutTheContactThatWasAskedFor(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/attributes") {
			answer(w, 200, map[string]any{"attributes": []any{}})
			return
		}
		answer(w, 200, map[string]any{"id": 1, "email": "ivo@example.com", "emailBlacklisted": false})
	})
	_, err := c.Contact(t.Context(), "ana@example.com")
	require.Equal(t, destination.Unknown, destination.OutcomeOf(err))
}

// shifting serves contacts by offset; move changes who is there before each page.
func shifting(t *testing.T, ids []int, count int, move func(call int, ids []int) []int) *Client {
	t.Helper()
	calls := 0
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/attributes") {
			answer(w, 200, map[string]any{"attributes": []any{}})
			return
		}
		calls++
		ids = move(calls, ids)
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		var page []string
		for _, id := range ids[min(offset, len(ids)):min(offset+limit, len(ids))] {
			page = append(page, fmt.Sprintf(`{"id":%d,"email":"p%d@example.com","emailBlacklisted":false}`, id, id))
		}
		total := ""
		if count >= 0 {
			total = fmt.Sprintf(`,"count":%d`, len(ids)+count)
		}
		_, _ = io.WriteString(w, `{"contacts":[`+strings.Join(page, ",")+`]`+total+`}`)
	})
}

func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i + 1
	}
	return ids
}

func TestPagesOverASetThatChangesMissNobodyWhoStays(t *testing.T) {
	t.Parallel()
	still := func(_ int, ids []int) []int { return ids }
	for name, c := range map[string]struct {
		n, count int
		move     func(int, []int) []int
	}{
		"still":                     {1700, 0, still},
		"nobody":                    {0, 0, still},
		"no count":                  {1700, -1, still},
		"exactly a page":            {500, 0, still},
		"few leave":                 {1700, 0, func(call int, ids []int) []int { return ids[min(call-1, 1)*10:] }},
		"more leave than a overlap": {3000, 0, func(call int, ids []int) []int { return ids[map[bool]int{true: 600}[call == 3]:] }},
		"one comes in the middle of what was read": {1700, 0, func(call int, ids []int) []int {
			if call == 3 {
				return append([]int{99_999}, ids...)
			}
			return ids
		}},
		"the count is wrong for good": {700, 5, still},
	} {
		client := shifting(t, upTo(c.n), c.count, c.move)
		got := map[int64]bool{}
		for x, err := range client.ListContacts(t.Context(), 1) {
			require.NoError(t, err, name)
			require.False(t, got[x.ID], "%s: each once", name)
			got[x.ID] = true
		}
		for id := c.n; id > 0; id-- {
			if id > 650 || c.n < 3000 && id > 20 {
				require.True(t, got[int64(id)], "%s: %d", name, id)
			}
		}
		require.Equal(t, strings.HasPrefix(name, "one comes"), got[99_999], name)
	}
	rushing := shifting(t, upTo(200_000), 0, func(_ int, ids []int) []int { return ids[min(len(ids), 1500):] })
	var last error
	for _, err := range rushing.ListContacts(t.Context(), 1) {
		last = err
	}
	require.Equal(t, destination.Unknown, destination.OutcomeOf(last), "what moves faster than it can be read is an error, not a part")
}

func TestAReadingThatHasBegunWaitsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	for reset, fine := range map[string]bool{"90": true, "1800": false} {
		var slept []time.Duration
		budget, err := NewBudget(BudgetConfig{Tier: TierOff, Clock: time.Now, Sleep: func(_ context.Context, d time.Duration) error {
			slept = append(slept, d)
			return nil
		}})
		require.NoError(t, err)
		calls := 0
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/attributes") {
				answer(w, 200, map[string]any{"attributes": []any{}})
				return
			}
			if calls++; calls == 2 {
				w.Header().Set("x-sib-ratelimit-reset", reset)
				answer(w, 429, map[string]any{"message": "slow down"})
				return
			}
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			page := []any{}
			for id := offset + 1; id <= min(offset+1000, 1500); id++ {
				page = append(page, map[string]any{"id": id, "emailBlacklisted": false})
			}
			answer(w, 200, map[string]any{"contacts": page, "count": 1500})
		}, func(c *Config) { c.Budget = budget })
		n := 0
		for _, err := range c.Contacts(t.Context(), time.Time{}) {
			if n++; err != nil {
				require.False(t, fine)
				require.Equal(t, 30*time.Minute, problemOf(t, err).RetryAfter)
				require.Empty(t, slept)
			}
		}
		if fine {
			require.Equal(t, 1500, n)
			require.Equal(t, []time.Duration{90 * time.Second}, slept)
		}
	}
}

func TestAttributesOfEveryKindAreTold(t *testing.T) {
	t.Parallel()
	d := open(t, func(sc *brevosandbox.Config, _ *Config) { sc.Accounts[0].Language = "fr" })
	all, err := d.Attributes(t.Context())
	require.NoError(t, err)
	require.Equal(t, []destination.Attribute{
		{Name: "SMS", Type: activation.AttributeIdentifier}, {Name: "PRENOM", Type: activation.AttributeText}, {Name: "NOM", Type: activation.AttributeText},
		{Name: "BIRTHDAY", Type: activation.AttributeDate}, {Name: "POINTS", Type: activation.AttributeNumber}, {Name: "CLUB", Type: activation.AttributeBoolean},
		{Name: "GENDER", Type: activation.AttributeCategory, Options: []string{"Men", "Women"}},
		{Name: "HOBBIES", Type: activation.AttributeMultipleChoice, Options: []string{"Chess", "Reading", "Skiing"}},
		{Name: "ORDER_ID", Type: activation.AttributeText, ReadOnly: true},
		{Name: "WHATSAPP", Type: activation.AttributeIdentifier}, {Name: "LANDLINE_NUMBER", Type: activation.AttributeIdentifier}, {Name: "EXT_ID", Type: activation.AttributeIdentifier},
	}, all)
	for text, want := range map[string]destination.Attribute{
		`{"name":"AGENT","category":"normal","type":"user"}`:                   {Name: "AGENT", Type: activation.AttributeText, ReadOnly: true},
		`{"name":"NEW","category":"normal","type":"hologram"}`:                 {Name: "NEW", Type: activation.AttributeText, ReadOnly: true},
		`{"name":"SUM","category":"calculated","calculatedValue":"SUM[X]"}`:    {Name: "SUM", Type: activation.AttributeText, ReadOnly: true},
		`{"name":"ALL","category":"global","type":"float"}`:                    {Name: "ALL", Type: activation.AttributeNumber, ReadOnly: true},
		`{"name":"ext_id","category":"normal","type":"text"}`:                  {Name: "EXT_ID", Type: activation.AttributeIdentifier},
		`{"name":"KIND","category":"category","type":"text","enumeration":[]}`: {Name: "KIND", Type: activation.AttributeCategory},
	} {
		require.Equal(t, want, define(gjson.Parse(text)).Attribute)
	}
}

func TestTheAccountIsReadWhicheverDocumentIsRight(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]activation.AccountDetails{
		`{"organization_id":"5a","companyName":"C","email":"o@example.com","plan":[{"type":"sms","credits":1},{"type":"free","credits":300}]}`: {Company: "C", Email: "o@example.com", Plan: "free", Credits: "300"},
		`{"organization_id":5,"plan":[{"type":"free","credits":"12.5"}],"planVerticals":[{"planCategory":"Marketing","name":"Starter"}]}`:      {Plan: "Starter", Credits: "12.5"},
		`{"organization_id":"x","plan":null,"planVerticals":{}}`:                                                                               {},
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		got, err := c.Account(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, got.OrganizationID)
		require.Equal(t, c.base, got.BaseURL)
		want.Account = got.Account
		require.Equal(t, want, got)
	}
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"companyName":"C"}`) })
	_, err := c.Account(t.Context())
	require.Equal(t, destination.Refused, destination.OutcomeOf(err), "S1 an account without identity is none")
}
