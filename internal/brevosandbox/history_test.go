package brevosandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"pgregory.net/rapid"
)

// step is something a client or time does to a sandbox.
type step struct {
	wait  time.Duration
	rows  []string // an import
	leave string   // a removal
	twist processTwist
}

func drawSteps(t *rapid.T) []step {
	email := rapid.SampledFrom([]string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"})
	var out []step
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		s := step{wait: time.Duration(rapid.IntRange(0, 30).Draw(t, "wait")) * time.Second}
		if rapid.Bool().Draw(t, "import") {
			s.rows = rapid.SliceOfN(email, 1, 4).Draw(t, "rows")
			s.twist = rapid.SampledFrom([]processTwist{{}, {}, {extra: 7 * time.Second}, {aside: true, extra: 9 * time.Second},
				{end: statusFailed, portion: 0.5}}).Draw(t, "twist")
		} else {
			s.leave = email.Draw(t, "leave")
		}
		out = append(out, s)
	}
	return out
}

// play runs the steps; look is called after every second.
func play(t *rapid.T, steps []step, imports string, look func(a *account, now time.Time)) *account {
	now := fixed()
	sb, err := New(Config{Clock: func() time.Time { return now }, Accounts: []Account{{Keys: []string{"k"}, Lists: []AccountList{{Name: "One"}}}},
		Settings: Settings{Imports: imports, QueueDelay: Duration(time.Second), ImportFixed: Duration(4 * time.Second), ImportPerContact: Duration(2 * time.Second)}})
	if err != nil {
		t.Fatal(err)
	}
	a := sb.accounts[0]
	pass := func(d time.Duration) {
		for range int(d / time.Second) {
			now = now.Add(time.Second)
			look(a, now)
		}
	}
	for _, s := range steps {
		pass(s.wait)
		a.advance(now)
		if s.rows != nil {
			rows, _ := parseJSONBody(gjson.Parse(`[{"email":"` + strings.Join(s.rows, `"},{"email":"`) + `"}]`))
			p := a.newProcess(processImport, now, s.twist)
			p.imp = &importJob{rows: *rows, update: true, listIDs: []int64{1}}
		} else if ids := a.find([]string{s.leave}); len(ids) > 0 {
			a.leave(a.lists[0], ids[0], now)
		}
	}
	pass(10 * time.Minute)
	a.advance(now)
	return a
}

func outcome(a *account) string {
	out := []string{}
	for _, p := range a.processes {
		out = append(out, fmt.Sprint(p.id, p.status, p.ended.Sub(fixed())))
	}
	a.lists[0].members.Walk(0, false, func(id uint32) bool {
		out = append(out, fmt.Sprint(id, string(a.values(id)[0].Bytes), a.book.Created(id), a.book.Modified(id)))
		return true
	})
	return strings.Join(out, "\n")
}

// Processes are brought up to date when somebody looks. That must not show: who
// looks every second finds at the end what is found by who looks only then.
func TestLookingAtProcessesDoesNotChangeWhatTheyDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		steps, imports := drawSteps(t), rapid.SampledFrom([]string{"queue", "parallel"}).Draw(t, "imports")
		never := play(t, steps, imports, func(*account, time.Time) {})
		always := play(t, steps, imports, func(a *account, now time.Time) { a.advance(now) })
		if x, y := outcome(never), outcome(always); x != y {
			t.Fatalf("looked at the end:\n%s\nlooked every second:\n%s", x, y)
		}
		for _, p := range never.processes {
			if !p.done() {
				t.Fatalf("process %d has not ended: %q", p.id, p.status)
			}
		}
	})
}

func TestInTheQueueImportsEndInTheirOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		steps := drawSteps(t)
		for i := range steps {
			steps[i].twist.aside = false
		}
		var last time.Time
		for _, p := range play(t, steps, "queue", func(*account, time.Time) {}).processes {
			if p.ended.Before(last) {
				t.Fatalf("process %d ended before the one before it", p.id)
			}
			last = p.ended
		}
	})
}

// Whatever is imported, removed and added over the API, the list holds what a
// plain set would.
func TestTheListIsThePlainSetOfWhatWasDone(t *testing.T) {
	t.Parallel()
	w := open(t)
	emails := []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"}
	known, on := map[string]bool{}, map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		email := rapid.SampledFrom(emails).Draw(rt, "email")
		person := fmt.Sprintf(`{"emails":[%q]}`, email)
		switch rapid.SampledFrom([]string{"import", "add", "remove", "delete"}).Draw(rt, "what") {
		case "import":
			w.load(fmt.Sprintf(`{"email":%q}`, email))
			known[email], on[email] = true, true
		case "add":
			status := 201
			if !known[email] || on[email] {
				status = 400
			} else {
				on[email] = true
			}
			w.call("POST", "/contacts/lists/1/contacts/add", person, status)
		case "remove":
			status := 400
			if on[email] {
				status = 201
				delete(on, email)
			}
			w.call("POST", "/contacts/lists/1/contacts/remove", person, status)
		case "delete":
			status := 404
			if known[email] {
				status = 204
				delete(known, email)
				delete(on, email)
			}
			w.call("DELETE", "/contacts/"+email, "", status)
		}
		require.Equal(t, append([]string{}, slices.Sorted(maps.Keys(on))...), w.members(1))
		require.EqualValues(t, len(known), w.get("/contacts?limit=0", 200).json("count").Int())
	})
}
