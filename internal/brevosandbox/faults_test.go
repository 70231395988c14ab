package brevosandbox

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func (w *world) faults(faults ...Fault) {
	w.t.Helper()
	require.NoError(w.t, w.sb.SetFaults(1, faults))
}

const oneRow = `{"listIds":[1],"jsonBody":[{"email":"a@example.com"}]}`

func TestAFaultAnswersBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	for effect, want := range map[string]struct {
		status int
		body   string
		after  bool
	}{
		"key_missing":     {401, `{"code":"unauthorized","message":"authentication not found in headers"}`, false},
		"key_unknown":     {401, `{"code":"unauthorized","message":"Key not found"}`, false},
		"address_unknown": {401, "unrecognised IP address 127.0.0.1", false},
		"no_user_agent":   {403, "error code: 1010", false},
		"too_many":        {429, `"code":`, false},
		"error_500":       {500, `"code":`, true},
		"bad_gateway":     {502, "<html>", true},
		"timeout_524":     {524, "<html>", true},
		"garbage":         {200, "<html>", true},
	} {
		t.Run(effect, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			for _, when := range []string{"before", "after"} {
				if when == "after" && !want.after {
					continue
				}
				before := w.get("/processes", 200).json("count").Int()
				w.faults(Fault{Effect: effect, When: when, Calls: []string{"import"}, Times: 1})
				a := w.do("POST", "/v3/contacts/import", oneRow)
				require.Equal(t, want.status, a.status)
				require.Contains(t, a.body, want.body)
				count := w.get("/processes", 200).json("count").Int() - before
				require.Equal(t, when == "after", count == 1, "%s: %d processes", when, count)
				w.call("POST", "/contacts/import", oneRow, 202)
			}
		})
	}
}

func TestA429SaysInSecondsWhenToComeAgainAndHasNoRetryAfter(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.faults(Fault{Effect: "too_many", Delay: Duration(45 * time.Second)})
	a := w.get("/contacts", 429)
	require.Equal(t, "45", a.header.Get("x-sib-ratelimit-reset"))
	require.Equal(t, "0", a.header.Get("x-sib-ratelimit-remaining"))
	require.Empty(t, a.header.Get("Retry-After"))
}

func TestAConnectionIsResetBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i, when := range []string{"before", "after"} {
		w.faults(Fault{Effect: "reset", When: when, Calls: []string{"import"}})
		_, err := w.try("POST", "/v3/contacts/import", oneRow)
		require.ErrorContains(t, err, "reset")
		w.faults()
		require.EqualValues(t, i, w.get("/processes", 200).json("count").Int(), when)
	}
	require.Equal(t, 2, w.sb.Requests()["import"].Statuses[0])
}

func TestAHugeAnswerIsServed(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i, when := range []string{"before", "after"} {
		w.faults(Fault{Effect: "huge", When: when, Calls: []string{"import"}})
		require.Len(t, w.call("POST", "/contacts/import", oneRow, 200).body, hugeBody)
		require.EqualValues(t, i, w.get("/processes", 200).json("count").Int(), when)
	}
}

func TestASlowAnswerTakesItsDelay(t *testing.T) {
	t.Parallel()
	var slept atomic.Int64
	w := open(t, func(c *Config) {
		c.Sleep = func(_ context.Context, d time.Duration) error { slept.Add(int64(d)); return nil }
	})
	w.faults(Fault{Effect: "slow", Delay: Duration(70 * time.Second), Nth: []int{2}})
	for range 3 {
		w.get("/account", 200)
	}
	require.Equal(t, 70*time.Second, time.Duration(slept.Load()))
}

func four(t *testing.T, faults ...Fault) (*world, int64) {
	w := open(t, set(func(s *Settings) { s.ImportFixed = Duration(time.Minute) }))
	w.faults(faults...)
	var rows []string
	for i := range 4 {
		rows = append(rows, fmt.Sprintf(`{"email":"p%d@example.com"}`, i))
	}
	return w, w.load(strings.Join(rows, ","))
}

func TestAProcessFailsOrIsCancelledHalfDone(t *testing.T) {
	t.Parallel()
	quarter := 0.25
	for effect, status := range map[string]string{"process_fail": "failed", "process_cancel": "cancelled"} {
		w, id := four(t, Fault{Effect: effect, Calls: []string{"import"}, Portion: &quarter, Times: 1})
		second := w.load(`{"email":"second@example.com"}`)
		w.pass(time.Minute)
		require.JSONEq(t, fmt.Sprintf(`{"id":%d,"name":"IMPORTUSER","status":%q}`, id, status), w.process(id).Raw, "no reason, no reports")
		require.Equal(t, []string{"p0@example.com"}, w.members(1))
		w.pass(time.Minute)
		require.Equal(t, "completed", w.process(second).Get("status").Str)
	}
}

func TestAStalledProcessHoldsTheQueueUntilItIsReleased(t *testing.T) {
	t.Parallel()
	w, id := four(t, Fault{Effect: "process_stall", Calls: []string{"import"}, Times: 1})
	second := w.load(`{"email":"second@example.com"}`)
	w.pass(24 * time.Hour)
	require.Equal(t, "in_process", w.process(id).Get("status").Str)
	require.Equal(t, "queued", w.process(second).Get("status").Str)
	require.Len(t, w.members(1), 2)
	w.act(Action{Do: "release_process"})
	require.Equal(t, "completed", w.process(id).Get("status").Str)
	require.Len(t, w.members(1), 4)
	w.pass(time.Minute)
	require.Equal(t, "completed", w.process(second).Get("status").Str)
	_, err := w.sb.Act(Action{Do: "release_process", Process: id})
	require.Error(t, err)
}

func TestAStalledProcessCanBeFailed(t *testing.T) {
	t.Parallel()
	w, id := four(t, Fault{Effect: "process_stall", Calls: []string{"import"}, Times: 1})
	w.pass(time.Hour)
	w.act(Action{Do: "fail_process", Process: id})
	require.Equal(t, "failed", w.process(id).Get("status").Str)
	require.Len(t, w.members(1), 2)
}

func TestFailingAQueuedProcessDoesNotDelayTheOneThatRuns(t *testing.T) {
	t.Parallel()
	w, id := four(t)
	second := w.load(`{"email":"second@example.com"}`)
	w.pass(30 * time.Second)
	w.act(Action{Do: "fail_process", Process: second})
	require.Equal(t, "failed", w.process(second).Get("status").Str)
	w.pass(30 * time.Second)
	require.Equal(t, "completed", w.process(id).Get("status").Str)
}

func TestAStalledProcessThatIsStillQueuedIsReleasedToItsTurn(t *testing.T) {
	t.Parallel()
	w, id := four(t, Fault{Effect: "process_stall", Calls: []string{"import"}, Nth: []int{2}})
	second := w.load(`{"email":"second@example.com"}`)
	w.act(Action{Do: "release_process", Process: second})
	w.pass(2 * time.Minute)
	require.Equal(t, "completed", w.process(id).Get("status").Str)
	require.Equal(t, "completed", w.process(second).Get("status").Str)
}

func TestALateProcessMakesOthersWaitAndAnOvertakenOneDoesNot(t *testing.T) {
	t.Parallel()
	late, id := four(t, Fault{Effect: "process_late", Calls: []string{"import"}, Delay: Duration(time.Hour), Times: 1})
	second := late.load(`{"email":"second@example.com"}`)
	late.pass(61 * time.Minute)
	require.Equal(t, "completed", late.process(id).Get("status").Str)
	require.Equal(t, "in_process", late.process(second).Get("status").Str)

	over, id := four(t, Fault{Effect: "process_overtaken", Calls: []string{"import"}, Delay: Duration(time.Hour), Times: 1})
	second = over.load(`{"email":"second@example.com"}`)
	over.pass(time.Minute)
	require.Equal(t, "in_process", over.process(id).Get("status").Str)
	require.Equal(t, "completed", over.process(second).Get("status").Str)
	over.pass(time.Hour)
	require.Equal(t, "completed", over.process(id).Get("status").Str)
}

func TestOthersMeddleBeforeOrAfterTheEffectOfACall(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.faults(
		Fault{Effect: "action", Calls: []string{"import"}, Times: 1, Action: &Action{Do: "foreign_import", Emails: []string{"x@elsewhere.example"}}},
		Fault{Effect: "action", Calls: []string{"import"}, Times: 1, When: "after", Action: &Action{Do: "add_by_hand", Count: 2}},
	)
	require.EqualValues(t, 2, w.load(`{"email":"a@example.com"}`), "process 1 is somebody else's")
	require.Equal(t, "IMPORTUSER", w.process(1).Get("name").Str)
	require.Equal(t, []string{"a@example.com", "hand-1@elsewhere.example", "hand-2@elsewhere.example", "x@elsewhere.example"}, w.members(1))

	w.faults(Fault{Effect: "action", Calls: []string{"import"}, Action: &Action{Do: "delete_list"}})
	w.call("POST", "/contacts/import", oneRow, 400)
	w.faults(Fault{Effect: "action", Calls: []string{"list_remove"}, When: "after", Action: &Action{Do: "delete_attribute", Name: "FIRSTNAME"}})
	w.call("POST", "/contacts/lists/2/contacts/remove", `{"ids":[1]}`, 400)
	require.NotContains(t, names(w), "FIRSTNAME")
}

// The calls of the API are those of the tour; a download is made here.
func TestAnActionHappensAroundEveryKindOfCall(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		w := typed(t)
		var faults []Fault
		for _, kind := range Kinds() {
			faults = append(faults, Fault{Effect: "action", Calls: []string{kind}, When: when, Times: 1, Action: &Action{Do: "add_key", Name: "around " + kind}})
		}
		w.faults(faults...)
		tour(w)
		p := w.get("/processes?sort=asc&limit=1", 200).json("processes.0")
		require.Equal(t, 200, w.do("GET", strings.TrimPrefix(p.Get("info.import.invalid_emails").Str, w.base), "").status)
		for _, kind := range Kinds() {
			require.NotNil(t, w.sb.accountByKey("around "+kind), "%s %s", when, kind)
		}
	}
}

func TestTheSameSeedBringsTheSameTrouble(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (out []int) {
		w := open(t)
		faults := []Fault{{Effect: "error_500", Probability: 0.3}, {Effect: "bad_gateway", Calls: []string{"account"}, Probability: 0.5, From: 10, Times: 5},
			{Effect: "action", Probability: 0.5, Action: &Action{Do: "remove_by_hand", List: 1, Count: 1}}}
		var rows []string
		for i := range 30 {
			rows = append(rows, fmt.Sprintf(`{"email":"p%d@example.com"}`, i))
		}
		w.load(strings.Join(rows, ","))
		require.NoError(t, w.sb.SetFaults(seed, faults))
		for range 40 {
			out = append(out, w.do("GET", "/v3/account", "").status)
		}
		for _, email := range w.members(1) {
			var n int
			_, _ = fmt.Sscanf(email, "p%d@", &n)
			out = append(out, n)
		}
		return out
	}
	first := run(7)
	require.Empty(t, cmp.Diff(first, run(7)))
	require.NotEmpty(t, cmp.Diff(first, run(8)))
	require.Contains(t, first, 500)
	require.Contains(t, first, 502)
	require.Contains(t, first, 200)
}

func TestAFaultIsLimitedToItsAccountAndItsCalls(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) {
		c.Accounts = append(c.Accounts, Account{OrganizationID: "second", Keys: []string{"k2"}})
	})
	w.faults(Fault{Effect: "error_500", Account: "second", Calls: []string{"account", "download"}})
	w.get("/account", 200)
	require.Equal(t, 500, w.do("GET", "/v3/account", "", "api-key", "k2").status)
	require.Equal(t, 200, w.do("GET", "/v3/contacts", "", "api-key", "k2").status)
}

func TestDownloadsFailOnlyWhenNamed(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.load(`{"email":"a@example.com"},{"email":"x"}`)
	path := w.process(id).Get("info.import.invalid_emails").Str[len(w.base):]
	w.faults(Fault{Effect: "error_500"})
	require.Equal(t, 200, w.do("GET", path, "").status)
	w.faults(Fault{Effect: "bad_gateway", Calls: []string{"download"}})
	require.Equal(t, 502, w.do("GET", path, "").status)
	w.faults(Fault{Effect: "reset", Calls: []string{"download"}})
	_, err := w.try("GET", path, "")
	require.Error(t, err)
}

func TestAFaultThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	two := 2.0
	for _, f := range []Fault{
		{}, {Effect: "nonsense"}, {Effect: "slow", When: "never"}, {Effect: "slow", Calls: []string{"nonsense"}},
		{Effect: "slow", Probability: 2}, {Effect: "slow", Times: -1}, {Effect: "process_fail", Portion: &two},
		{Effect: "action"}, {Effect: "action", Action: &Action{Do: "nonsense"}}, {Effect: "slow", Account: "nobody"},
		{Effect: "action", Action: &Action{Do: "add_by_hand", Attributes: []byte(`[]`)}},
	} {
		_, err := New(Config{Clock: fixed, Faults: []Fault{f}})
		require.Error(t, err, "%+v", f)
	}
	require.Contains(t, Effects(), "process_stall")
	require.Contains(t, Kinds(), "import")
	require.Contains(t, Actions(), "foreign_import")
}
