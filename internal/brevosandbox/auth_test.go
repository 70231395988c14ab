package brevosandbox

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheThree401sAndTheMissingUserAgentAreToldApart(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) {
		c.Accounts = append(c.Accounts, Account{OrganizationID: "far", Keys: []string{"far"}, AllowedIPs: []string{"192.0.2.0/24", "198.51.100.7"}},
			Account{OrganizationID: "near", Keys: []string{"near"}, AllowedIPs: []string{"127.0.0.1"}})
	})
	a := w.do("GET", "/v3/account", "", "api-key", "-")
	require.Equal(t, 401, a.status)
	require.JSONEq(t, `{"message":"authentication not found in headers","code":"unauthorized"}`, a.body)
	a = w.do("GET", "/v3/account", "", "api-key", "xkeysib-nope")
	require.Equal(t, 401, a.status)
	require.JSONEq(t, `{"code":"unauthorized","message":"Key not found"}`, a.body)
	a = w.do("GET", "/v3/account", "", "api-key", "far")
	require.Equal(t, 401, a.status)
	require.Contains(t, a.json("message").Str, "unrecognised IP address 127.0.0.1")
	require.Contains(t, a.json("message").Str, "app.brevo.com/security/authorised_ips")
	require.Equal(t, 200, w.do("GET", "/v3/account", "", "api-key", "near").status)
	a = w.do("GET", "/v3/account", "", "User-Agent", "-")
	require.Equal(t, 403, a.status)
	require.Equal(t, "error code: 1010", a.body)
	require.NotEmpty(t, a.header.Get("sib-request-id"))
}

func TestSeveralKeysOpenOneAccountAndAccountsAreApart(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) {
		c.Accounts[0].Keys = append(c.Accounts[0].Keys, "second key")
		c.Accounts = append(c.Accounts, Account{OrganizationID: "other", Company: "Other", Keys: []string{"other key"}})
	})
	w.load(`{"email":"a@example.com"}`)
	org := func(key string) string {
		return w.do("GET", "/v3/account", "", "api-key", key).json("organization_id").Str
	}
	require.Equal(t, DefaultOrganization, org(DefaultKey))
	require.Equal(t, DefaultOrganization, org("second key"))
	require.Equal(t, "other", org("other key"))
	require.EqualValues(t, 1, w.do("GET", "/v3/contacts", "", "api-key", "second key").json("count").Int())
	require.Zero(t, w.do("GET", "/v3/contacts", "", "api-key", "other key").json("count").Int())

	w.act(Action{Do: "add_key", Name: "third key"})
	require.Equal(t, DefaultOrganization, org("third key"))
	w.act(Action{Do: "revoke_key", Name: "third key"})
	require.Empty(t, org("third key"))
	for _, act := range []Action{{Do: "add_key", Name: "other key"}, {Do: "add_key"}, {Do: "revoke_key", Name: "other key"}} {
		_, err := w.sb.Act(act)
		require.Error(t, err)
	}
}

func TestAConfigThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for name, accounts := range map[string][]Account{
		"one key twice":   {{Keys: []string{"k", "k"}}},
		"a key of two":    {{Keys: []string{"k"}}, {Keys: []string{"k"}}},
		"no key":          {{}, {}},
		"one id twice":    {{OrganizationID: "o"}, {OrganizationID: "o", Keys: []string{"k"}}},
		"language":        {{Language: "tlh"}},
		"tier":            {{Tier: "platinum"}},
		"address":         {{AllowedIPs: []string{"here"}}},
		"attribute":       {{Attributes: []AccountAttribute{{Name: "no name"}}}},
		"attribute twice": {{Attributes: []AccountAttribute{{Name: "FIRSTNAME"}}}},
	} {
		_, err := New(Config{Clock: fixed, Accounts: accounts})
		require.Error(t, err, name)
	}
	_, err := New(Config{})
	require.ErrorContains(t, err, "Clock")
	_, err = New(Config{Clock: fixed})
	require.NoError(t, err)
}

func TestTheLimitOfTheContactsGroupIsPerSecondAndTheRestPerHour(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.Tier = "general" }))
	for i := range 10 {
		a := w.get("/contacts/lists", 200)
		require.Equal(t, []string{"10", string(rune('9' - i)), "1"}, []string{a.header.Get("x-sib-ratelimit-limit"),
			a.header.Get("x-sib-ratelimit-remaining"), a.header.Get("x-sib-ratelimit-reset")})
	}
	a := w.call("POST", "/contacts/import", oneRow, 429)
	require.Equal(t, "0", a.header.Get("x-sib-ratelimit-remaining"))
	require.Equal(t, "1", a.header.Get("x-sib-ratelimit-reset"))
	require.Empty(t, a.header.Get("Retry-After"))
	require.Zero(t, w.get("/processes", 200).json("count").Int(), "a refused import has no effect")
	w.pass(time.Second)
	w.get("/contacts/lists", 200)

	for range 99 {
		w.get("/account", 200)
	}
	w.pass(15 * time.Minute)
	a = w.get("/processes", 429)
	require.Equal(t, "100", a.header.Get("x-sib-ratelimit-limit"))
	require.Equal(t, "2699", a.header.Get("x-sib-ratelimit-reset"))
	w.get("/contacts/lists", 200)
	w.pass(45 * time.Minute)
	w.get("/processes", 200)
}

func TestAnAccountMayHaveATierOfItsOwn(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) { c.Accounts[0].Tier = "extended" })
	require.Equal(t, "60", w.get("/contacts", 200).header.Get("x-sib-ratelimit-limit"))
	require.True(t, w.get("/account", 200).json("enterprise").Bool())
}

func TestTheHourlyLimitOfTheContactsGroupHolds(t *testing.T) {
	t.Parallel()
	var l limiter
	r := rate{perSecond: 10, perHour: 25}
	now := fixed()
	allowed := 0
	for range 60 {
		for range 10 {
			if l.take(bucketContacts, r, now).allowed {
				allowed++
			}
		}
		now = now.Add(time.Minute)
	}
	require.Equal(t, 25, allowed)
	require.True(t, l.take(bucketContacts, r, now).allowed)
}

func TestWrongMethodsAndPathsAreAnsweredAsJSON(t *testing.T) {
	t.Parallel()
	w := open(t)
	require.Equal(t, "method_not_allowed", w.call("GET", "/contacts/import", "", 405).json("code").Str)
	require.Equal(t, "method_not_allowed", w.call("PATCH", "/contacts/lists/1", "", 405).json("code").Str)
	require.Equal(t, "document_not_found", w.get("/contacts/batch/x/y/z", 404).json("code").Str)
	require.Equal(t, "document_not_found", w.get("/events", 404).json("code").Str)
	require.Equal(t, 401, w.do("GET", "/v3/events", "", "api-key", "-").status)
}
