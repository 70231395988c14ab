package world

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
)

var (
	addresses = []string{
		"ana@example.com", "ANA@Example.com ", "ivo@example.com", "eva@example.org", "mia@example.org", "jan@example.net",
		"Jan@EXAMPLE.net", "lea@müller.example", "tin@example.com", "not an address", "", "two@@example.com",
	}
	strangers = []string{"hand1@example.com", "hand2@example.com"}
	phones    = []string{"", "", "+385 91 234 5671", "+385912345672", "00385912345673", "+385 91 234-5674", "091", "+385 91 234 5675 ext. 7"}
	tiers     = []string{"gold", "silver", "none"}
	consents  = []string{"yes", "yes", "yes", "yes", "no", ""}
)

func drawPerson(t *rapid.T, id string) person {
	return person{
		id: id, email: rapid.SampledFrom(addresses).Draw(t, "email"), phone: rapid.SampledFrom(phones).Draw(t, "phone"),
		name:    rapid.SampledFrom([]string{"Ana", "Željko", "O'Brien; \"Q\"", ""}).Draw(t, "name"),
		consent: rapid.SampledFrom(consents).Draw(t, "consent"), tier: rapid.SampledFrom(tiers).Draw(t, "tier"),
		updated: rapid.IntRange(0, 3).Draw(t, "updated"), code: rapid.SampledFrom([]string{"", "", "K1", " K1", "K2", "K3", "k3"}).Draw(t, "code"),
		vip:    rapid.SampledFrom([]string{"", "", "yes", "TRUE", "ne", "0", "perhaps"}).Draw(t, "vip"),
		points: rapid.SampledFrom([]string{"", "", "5", "-0.25", "9000000000", "007", "12,5"}).Draw(t, "points"),
	}
}

func drawExports(t *rapid.T) []exportDef {
	n := rapid.IntRange(1, 3).Draw(t, "exports")
	defs := make([]exportDef, 0, n)
	for i := range n {
		defs = append(defs, exportDef{
			id: fmt.Sprintf("export%d", i), list: int64(rapid.IntRange(1, 2).Draw(t, "list")),
			tiers: rapid.SampledFrom([][]string{{"gold"}, {"silver"}, {"gold", "silver"}}).Draw(t, "tiers"),
			keep:  rapid.IntRange(0, 3).Draw(t, "keep") == 0,
		})
	}
	return defs
}

// TestS1ToS20ListsEndAsTheModelSays runs random worlds through random histories.
func TestS1ToS20ListsEndAsTheModelSays(t *testing.T) {
	t.Parallel()
	for i := range halves {
		t.Run(fmt.Sprintf("half=%d", i+1), func(t *testing.T) {
			t.Parallel()
			history(t)
		})
	}
}

// halves of the worlds run at the same time.
const halves = 2

// TestMain has rapid draw 100 worlds in all, unless it is told otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	if !told {
		if err := flag.Set("rapid.checks", strconv.Itoa(100/halves)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// history draws a world and what happens in it.
func history(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		exports := drawExports(rt)
		r := newRig(t, exports)
		defer r.Close()
		m := newModel()
		for i := range rapid.IntRange(1, 9).Draw(rt, "people") {
			id := fmt.Sprintf("p%02d", i)
			m.people[id] = drawPerson(rt, id)
		}
		r.refresh(m.people)
		for range rapid.IntRange(3, 9).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0, 1, 2:
				changePeople(rt, m)
				r.refresh(m.people)
			case 3:
				meddle(rt, m, r)
			default:
				e := rapid.SampledFrom(exports).Draw(rt, "export")
				trouble(rt, r)
				want := m.run(e)
				got := r.run(e)
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(expectation{})); diff != "" {
					rt.Fatalf("receipt of %s (-want +got):\n%s\n%s", e.id, diff, m.describe())
				}
				compare(rt, m, r)
			}
		}
	})
}

// trouble draws where Segue is killed in the next run, and what goes wrong at Brevo. Each strikes once and nothing is a definite
// answer, so that the run gets through.
func trouble(t *rapid.T, r *rig) {
	r.crash = rapid.SampledFrom([]string{
		"", "", "", "plan.before-members", "plan.before-ledger", "plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle",
		"send.before-call", "send.after-call", "send.after-accepted", "settle.before", "settle.after", "finish.before", "finish.after",
	}).Draw(t, "killed at")
	effect := rapid.SampledFrom([]string{"", "", "", "too_many", "error_500", "bad_gateway", "timeout_524", "reset", "garbage", "process_fail", "process_cancel", "process_late"}).Draw(t, "fault")
	var faults []brevosandbox.Fault
	if effect != "" {
		calls := []string{"import"}
		if !strings.HasPrefix(effect, "process") {
			calls = rapid.SampledFrom([][]string{{"import"}, {"list_remove"}, {"processes"}, {"contact"}, {"contacts"}, {"list"}}).Draw(t, "at")
		}
		f := brevosandbox.Fault{Effect: effect, Calls: calls, Times: 1, When: rapid.SampledFrom([]string{"before", "after"}).Draw(t, "when")}
		if effect == "too_many" {
			f.When = "before"
		}
		if strings.HasPrefix(effect, "process") {
			half := 0.5
			f.Portion = &half
		}
		faults = append(faults, f)
	}
	require.NoError(r.t, r.Sandbox.SetFaults(1, faults))
}

func changePeople(t *rapid.T, m *model) {
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		id := fmt.Sprintf("p%02d", rapid.IntRange(0, 11).Draw(t, "who"))
		switch rapid.IntRange(0, 5).Draw(t, "change") {
		case 0:
			if len(m.people) > 1 { // a source without anybody is refused by itself
				delete(m.people, id)
			}
		default:
			m.people[id] = drawPerson(t, id)
		}
	}
}

// meddle is what other people do in Brevo meanwhile.
func meddle(t *rapid.T, m *model, r *rig) {
	addr, _ := normal(rapid.SampledFrom(append(slices.Clone(strangers), addresses[:8]...)).Draw(t, "at brevo"))
	if addr == "" {
		return
	}
	list := int64(rapid.IntRange(1, 2).Draw(t, "their list"))
	c := m.contacts[addr]
	switch what := rapid.SampledFrom([]string{"add_by_hand", "remove_by_hand", "block_email", "unblock_email", "delete_contact"}).Draw(t, "deed"); what {
	case "add_by_hand":
		if c == nil {
			m.contacts[addr] = &contact{}
		}
		m.lists[list][addr] = true
		r.act(what, list, addr)
	case "remove_by_hand":
		if m.lists[list][addr] {
			delete(m.lists[list], addr)
			r.act(what, list, addr)
		}
	default:
		if c == nil {
			return
		}
		switch what {
		case "block_email":
			c.blocklisted = true
		case "unblock_email":
			c.blocklisted = false
		case "delete_contact":
			m.deleted(addr)
		}
		r.act(what, 0, addr)
	}
}

// compare holds that lists, contacts and blocklists are as the model says: nobody lost, nobody extra, nobody merged,
// nobody re-subscribed.
func compare(t *rapid.T, m *model, r *rig) {
	for _, list := range []int64{1, 2} {
		if diff := cmp.Diff(m.members(list), r.members(list), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("list %d (-want +got):\n%s\n%s", list, diff, m.describe())
		}
	}
	got := r.contacts()
	want := map[string]contact{}
	for a, c := range m.contacts {
		want[a] = *c
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(contact{})); diff != "" {
		t.Fatalf("contacts (-want +got):\n%s\n%s", diff, m.describe())
	}
}

// writePeople writes the source file.
func writePeople(path string, people map[string]person) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	_ = w.Write([]string{"id", "email", "phone", "name", "consent", "tier", "updated", "code", "vip", "points"})
	ids := make([]string, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		p := people[id]
		updated := ""
		if p.updated > 0 {
			updated = "2026-01-" + fmt.Sprintf("%02d", p.updated)
		}
		_ = w.Write([]string{p.id, p.email, p.phone, p.name, p.consent, p.tier, updated, p.code, p.vip, p.points})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return f.Close()
}

// contactsOf reads the sandbox's contacts.
func contactsOf(t testing.TB, ndjson []byte) map[string]contact {
	out := map[string]contact{}
	dec := json.NewDecoder(bytes.NewReader(ndjson))
	for dec.More() {
		var c struct {
			Email            string
			ExtID            string `json:"ext_id"`
			EmailBlacklisted bool
			Attributes       map[string]any
		}
		require.NoError(t, dec.Decode(&c))
		name, _ := c.Attributes["FIRSTNAME"].(string)
		sms := ""
		switch v := c.Attributes["SMS"].(type) {
		case string:
			sms = v
		case float64:
			sms = strconv.FormatFloat(v, 'f', 0, 64)
		}
		if c.ExtID == "" {
			c.ExtID, _ = c.Attributes["EXT_ID"].(string)
		}
		vip, points := "", ""
		if v, ok := c.Attributes["VIP"].(bool); ok {
			vip = strconv.FormatBool(v)
		}
		if v, ok := c.Attributes["POINTS"].(float64); ok {
			points = strconv.FormatFloat(v, 'f', -1, 64)
		}
		out[c.Email] = contact{ext: c.ExtID, vip: vip, points: points, name: name, sms: activation.NormalisePhoneDigits(sms), blocklisted: c.EmailBlacklisted}
	}
	return out
}
