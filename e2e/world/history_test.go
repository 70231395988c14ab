package world

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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
	tiers     = []string{"gold", "gold", "gold", "silver", "silver", "none"}
	consents  = []string{"yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "no", ""}
	// columns are what the sources have for the attributes; the last value of some cannot be stored.
	columns = map[string][]string{
		"SMS": phones, "WHATSAPP": phones, "LANDLINE_NUMBER": phones,
		"EXT_ID": {"", "", "K1", " K1", "K2", "K3", "k3"},
		"VIP":    {"", "", "yes", "TRUE", "ne", "0", "perhaps"},
		"POINTS": {"", "", "5", "-0.25", "9000000000", "007", "12,5"},
		"DAY":    {"", "", "", "1999-12-31", "2024-02-29", "2023-02-29", "31/12/1999"},
		"CLASS":  {"", "", "", "First", "Second; best", "Third"},
		"TAGS":   {"", "", "", "Sea", "Sea; Snow", "Snow", "Sea; Lava"},
	}
)

func drawPerson(t *rapid.T, id string) person {
	p := person{
		id: id, email: rapid.SampledFrom(addresses).Draw(t, "email"), values: map[string]string{},
		work:    rapid.SampledFrom(append(make([]string, 2*len(addresses)), addresses...)).Draw(t, "work"),
		name:    rapid.SampledFrom([]string{"Ana", "Željko", "O'Brien; \"Q\"", ""}).Draw(t, "name"),
		consent: rapid.SampledFrom(consents).Draw(t, "consent"), tier: rapid.SampledFrom(tiers).Draw(t, "tier"),
		updated: rapid.IntRange(0, 3).Draw(t, "updated"),
	}
	faulty := rapid.IntRange(0, 3).Draw(t, "may have faulty values") == 3 // were it left to each value, hardly anybody could be sent
	for _, a := range attributes[1:] {
		p.values[a.name] = rapid.SampledFrom(slices.DeleteFunc(slices.Clone(columns[a.name]), func(v string) bool {
			_, ok := a.stored(v)
			return !ok && !faulty
		})).Draw(t, a.name)
	}
	return p
}

func drawExport(t *rapid.T, id string) *exportDef {
	return &exportDef{
		id: id, list: int64(rapid.IntRange(1, 2).Draw(t, "list")),
		tiers:    rapid.SampledFrom([][]string{{"gold", "silver"}, {"gold"}, {"silver"}, {"gold", "silver"}}).Draw(t, "tiers"),
		keep:     rapid.IntRange(0, 3).Draw(t, "keep") == 0,
		takeOver: rapid.IntRange(0, 4).Draw(t, "take over") == 0,
		field:    rapid.SampledFrom([]string{"email", "email", "email", "email", "work"}).Draw(t, "e-mail field"),
		mapped:   drawMapping(t, nil),
	}
}

// drawMapping draws which attributes are mapped; most are.
func drawMapping(t *rapid.T, missing map[string]bool) (mapped []string) {
	left := rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "left out")
	out := map[string]bool{}
	for range left {
		out[rapid.SampledFrom(attributes).Draw(t, "which").name] = true
	}
	for _, a := range attributes {
		if !out[a.name] && !missing[a.name] {
			mapped = append(mapped, a.name)
		}
	}
	return mapped
}

// TestS1ToS22ListsEndAsTheModelSays runs random worlds through random histories. A world that fails is printed with what makes
// it again.
func TestS1ToS22ListsEndAsTheModelSays(t *testing.T) {
	t.Parallel()
	var drawn settingsDrawn
	t.Cleanup(func() { // when the halves have ended
		if all && !t.Failed() {
			require.Empty(t, drawn.missing(), "every value of every switch of the sandbox occurs")
		}
	})
	for i := range halves {
		t.Run(fmt.Sprintf("half=%d", i+1), func(t *testing.T) {
			t.Parallel()
			seeded := sync.OnceFunc(seed(t, i))
			rapid.Check(t, func(rt *rapid.T) {
				seeded()
				newHistory(t, rt, &drawn).live()
			})
		})
	}
}

// halves of the worlds run at the same time.
const halves = 2

// seeding holds the seed of rapid while a half begins with it.
var seeding sync.Mutex

// seed has a half begin with a seed of its own, for with the one that RAPID_SEED names both would draw the same worlds. What it
// returns is to be called once rapid has taken the seed.
func seed(t *testing.T, half int) (taken func()) {
	if given == 0 {
		return func() {}
	}
	seeding.Lock()
	require.NoError(t, flag.Set("rapid.seed", strconv.FormatUint(given+uint64(half)*1_000_000, 10)))
	return seeding.Unlock
}

// all says that as many worlds are drawn as in every run of the tests.
var all bool

// given is the seed in RAPID_SEED, 0 if there is none or the command line names one.
var given uint64

// TestMain has rapid draw 100 worlds in all, unless it is told otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	told := false
	given, _ = strconv.ParseUint(os.Getenv("RAPID_SEED"), 10, 64) // rapid itself refuses what is no number
	flag.Visit(func(f *flag.Flag) {
		told = told || strings.HasPrefix(f.Name, "rapid.")
		if f.Name == "rapid.seed" {
			given = 0
		}
	})
	if all = !told; all {
		if err := flag.Set("rapid.checks", strconv.Itoa(100/halves)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// history is a world and what happens in it.
type history struct {
	*rapid.T
	rig   *rig
	model *model
	// unread says that it is open whether a run that could not plan has read the mirror.
	unread bool
	made   int // exports
	// reported says that who was not taken is in a report that can be read as long as it takes.
	reported bool
}

// stage lets rapid know of what fails in the midst of a world, so that it prints how to make the world again.
type stage struct {
	testing.TB
	world *rapid.T
}

func (s stage) Helper()                        {}
func (s stage) Errorf(format string, a ...any) { s.world.Errorf(format, a...) }
func (s stage) Fatalf(format string, a ...any) { s.world.Fatalf(format, a...) }
func (s stage) FailNow()                       { s.world.FailNow() }

func newHistory(t *testing.T, rt *rapid.T, drawn *settingsDrawn) *history {
	settings := drawn.draw(rt)
	h := &history{T: rt, model: newModel(), rig: newRig(stage{t, rt}, settings)}
	h.reported = settings.ReportLifetime >= brevosandbox.Duration(time.Hour)
	h.model.booleans, h.model.modifies = settings.ImportBooleans != "none", settings.ListChangeModifies == "yes"
	if settings.EmptyAbsent == "kept" { // else the proof would have said so, and switched it off
		for _, over := range rapid.SampledFrom([][]int{nil, {0}, {0, 1}}).Draw(rt, "clears") {
			h.model.clears[over] = true
			h.rig.Clears(h.rig.connections[over])
		}
	}
	for list := range int64(lists) {
		h.model.lists[list+1], h.model.unsubscribed[list+1] = map[string]bool{}, map[string]bool{}
	}
	for range rapid.IntRange(1, 3).Draw(rt, "exports") {
		h.create()
	}
	return h
}

// live draws what happens, and holds at the end that no word of it names a person or a key.
func (h *history) live() {
	defer h.rig.Close()
	for i := range rapid.IntRange(3, 9).Draw(h.T, "people") {
		id := fmt.Sprintf("p%02d", i)
		h.model.people[id] = drawPerson(h.T, id)
	}
	h.rig.refresh(h.model.people)
	for range rapid.IntRange(6, 13).Draw(h.T, "steps") {
		if rapid.IntRange(0, 2).Draw(h.T, "what was given up ends") == 0 {
			h.land()
		}
		if rapid.IntRange(0, 5).Draw(h.T, "all addresses are taken") == 0 {
			h.takeAddresses()
		}
		switch rapid.IntRange(0, 13).Draw(h.T, "what") {
		case 0, 1, 2:
			h.changePeople()
			h.rig.refresh(h.model.people)
		case 3:
			h.meddle()
		case 4, 5:
			h.redefine()
		case 6, 7:
			h.move(rapid.SampledFrom(h.exports()).Draw(h.T, "export"))
		default:
			h.run(rapid.SampledFrom(h.exports()).Draw(h.T, "export"))
			h.compare()
		}
	}
	h.silent()
}

// silent holds that nothing that was logged or told about a run names a person or a key.
func (h *history) silent() {
	said := strings.ToLower(h.rig.Logged() + strings.Join(h.rig.told, "\n"))
	secrets := []string{brevosandbox.DefaultKey}
	for _, a := range slices.Concat(addresses, strangers) {
		n, _ := normal(a)
		secrets = append(secrets, strings.TrimSpace(a), n)
	}
	for _, p := range phones {
		n, _ := phone(p)
		secrets = append(secrets, p, n, strings.TrimPrefix(n, "385"))
	}
	for _, s := range secrets {
		if len(s) > 3 && strings.Contains(said, strings.ToLower(s)) {
			h.Fatalf("what was logged or told names %q:\n%s", s, said)
		}
	}
}

func (h *history) create() {
	e := drawExport(h.T, fmt.Sprintf("export%d", h.made))
	for _, name := range e.mapped {
		if h.model.missing[name] {
			e.mapped = drawMapping(h.T, h.model.missing)
			break
		}
	}
	if h.model.lists[e.list] == nil {
		e.list = h.lists()[0]
	}
	e.over = h.made % 2
	h.made++
	h.model.exports = append(h.model.exports, e)
	h.rig.create(e)
}

// lists are those that are there.
func (h *history) lists() []int64 { return slices.Sorted(maps.Keys(h.model.lists)) }

// exports are those that were not removed.
func (h *history) exports() []*exportDef {
	return slices.DeleteFunc(slices.Clone(h.model.exports), func(e *exportDef) bool { return e.removed })
}

// run draws how a run of the export goes, and holds that it goes so.
func (h *history) run(e *exportDef) {
	m, r := h.model, h.rig
	fate := rapid.SampledFrom([]string{"", "", "", "", "", "", "dry", "canceled at once", "canceled when planned", "canceled in flight", "list deleted", "given up", "user lost"}).Draw(h.T, "fate")
	if fate == "user lost" || m.lost[e.over] {
		h.unused(e)
		return
	}
	if fate == "canceled at once" {
		run := r.Start(r.ids[e.id], activation.RunReal)
		r.cancel(run.ID)
		run = r.end(r.Drive(run.ID))
		h.ended(run, activation.StatusCanceled, "")
		return
	}
	if code := h.impossible(e); code != "" {
		h.unread = true
		h.ended(r.end(r.Drive(r.Start(r.ids[e.id], activation.RunReal).ID)), activation.StatusFailed, code)
		if code == activation.CodeAttributeMissing {
			m.doubt()
		}
		return
	}
	h.unread = false
	p := m.plan(e, fate != "dry")
	if m.off[e.over] && m.risky(p) { // what may become of a blind run then is anybody's guess
		r.mirrorOff(e.over, false)
		m.off[e.over] = false
		p = m.plan(e, fate != "dry")
	}
	if fate == "dry" {
		run := r.end(r.Drive(r.Start(r.ids[e.id], activation.RunDry).ID))
		h.ended(run, activation.StatusSuccessful, "")
		h.same("the dry run of "+e.id, p.dry(), planned(run))
		return
	}
	how, faults := whole, []brevosandbox.Fault(nil)
	unprovable := !m.booleans && slices.ContainsFunc(p.send, func(s sending) bool { return s.values["VIP"] != "" && !m.untaken[s.addr] })
	old := slices.ContainsFunc(p.leavers, func(l leaver) bool {
		return l.bucket == "removed" && l.outside != "not_removed" && l.list != e.list && !l.refused
	})
	switch {
	case unprovable:
		how = unproved
	case fate == "given up":
		if len(p.send) > 0 && len(p.held) == 0 && m.adrift == nil {
			h.giveUp(e, p)
			return
		}
		fate = ""
	case fate == "canceled when planned":
		how, r.at = nothing, "plan.after-ledger"
	case fate == "canceled in flight" && len(p.send) > 0:
		r.at = "send.after-accepted"
		if old {
			how = imported
		}
	case fate == "list deleted" && m.adrift == nil && len(p.send) > 0 && len(m.lists) > 1 && !m.backByHand(e.list):
		how = unproved
		faults = []brevosandbox.Fault{{Effect: "action", Calls: []string{"import"}, Times: 1, When: "after", Action: &brevosandbox.Action{Do: "delete_list"}}}
	}
	gone := len(faults) > 0
	stranger := ""
	if !gone && r.at == "" {
		faults, stranger = h.trouble(len(p.send) > 0)
	}
	require.NoError(r.t, r.Sandbox.SetFaults(1, faults))
	run, done := h.hold(e, p, r.Drive(r.Start(r.ids[e.id], activation.RunReal).ID))
	if done {
		return
	}
	r.at = ""
	if stranger != "" {
		r.Clock.Advance(5 * time.Minute) // that import may take longer than ours
		m.contact(stranger)
		m.lists[e.list][stranger] = true
	}
	if how == nothing && len(p.held) > 0 && (!m.released[e.id] || receipt(run).removed+receipt(run).refusals > 0) {
		how = refusing // it was about to be held; with a release that may cover it only its receipt tells
	}
	want := m.carryOut(e, p, how)
	switch {
	case gone:
		delete(m.lists, e.list)
		delete(m.unsubscribed, e.list)
		h.learn(p)
		h.ended(run, activation.StatusFailed, activation.CodeListMissing)
	case how == unproved:
		h.ended(run, activation.StatusFailed, activation.CodeProofFailed)
	case how == imported || how == refusing || (how == nothing && want.notSent+want.notRemoved > 0):
		h.ended(run, activation.StatusCanceled, "")
	case fate != "": // nothing remained to be stopped, or nothing was there to be done
		require.Contains(r.t, []activation.RunStatus{activation.StatusCanceled, activation.StatusSuccessful, activation.StatusWithRejects}, run.Status, run.Error)
	default:
		status := activation.StatusSuccessful
		if want.rejected+want.notRemoved > 0 {
			status = activation.StatusWithRejects
		}
		h.ended(run, status, "")
	}
	if how != whole && run.Status != activation.StatusCanceled && run.Status != activation.StatusFailed {
		m.succeeded[e.id], m.stayed[e.id] = e.definition(), m.staying
	}
	h.same(fmt.Sprintf("the receipt of %s, %v", e.id, reasons(run)), want, receipt(run))
}

// impossible is why the export cannot run: its list or an attribute is gone (S28).
func (h *history) impossible(e *exportDef) activation.Code {
	if h.model.lists[e.list] == nil {
		return activation.CodeListMissing
	}
	if slices.ContainsFunc(e.mapped, func(name string) bool { return h.model.missing[name] }) {
		return activation.CodeAttributeMissing
	}
	return ""
}

// hold holds that the run is held if the brake says so, and draws what a person does about it; done says that the run has ended
// without anything having been sent (S26).
func (h *history) hold(e *exportDef, p *plan, run activation.Run) (_ activation.Run, done bool) {
	m, r := h.model, h.rig
	stopped := r.at == "plan.after-ledger" || r.fired == "plan.after-ledger"
	if held := run.Status == activation.StatusHeld; held != (len(p.held) > 0 && !stopped) && !m.released[e.id] {
		h.Fatalf("the run of %s is %s; the brake: %v\n%s", e.id, run.Status, p.held, m.describe())
	}
	if run.Status != activation.StatusHeld {
		return r.end(run), false
	}
	switch rapid.SampledFrom([]string{"release", "release", "release", "refuse", "replace", "cancel"}).Draw(h.T, "held") {
	case "refuse":
		want := m.carryOut(e, p, refusing)
		r.refuse(run.ID)
		if want.removed+want.refusals > 0 { // else it leaves nothing behind
			h.same("the receipt of a run that was refused, "+e.id, want, receipt(r.known(run.ID)))
		}
		r.at = ""
		return run, true
	case "cancel":
		r.cancel(run.ID)
		run = r.end(r.Drive(run.ID))
		h.ended(run, activation.StatusCanceled, "")
		r.at = ""
		h.same("the receipt of "+e.id, m.carryOut(e, p, refusing), receipt(run))
		return run, true
	case "replace":
		old := run.ID
		m.carryOut(e, p, refusing)
		run = r.Drive(r.Start(r.ids[e.id], activation.RunReal).ID)
		require.Equal(r.t, activation.StatusCanceled, r.known(old).Status, "S26: a newer plan replaces it")
		*p = *m.plan(e, true)
		if run.Status != activation.StatusHeld {
			if !m.released[e.id] {
				h.Fatalf("the run that replaced a held one is %s", run.Status)
			}
			return r.end(run), false
		}
	}
	if rapid.IntRange(0, 3).Draw(h.T, "changes meanwhile") == 0 { // the plan stays that of its snapshot (S25)
		h.changePeople()
		r.refresh(m.people)
	}
	m.released[e.id] = true
	return r.end(r.Drive(r.Release(run.ID).ID)), false
}

// ended holds how a run ended; an empty code stands for nothing wrong.
func (h *history) ended(run activation.Run, status activation.RunStatus, code activation.Code) {
	if run.Status != status || run.ErrorCode != code {
		h.Fatalf("the run ended as %s %s (%s), not as %s %s\n%s\n%s", run.Status, run.ErrorCode, run.Error, status, code, h.model.describe(), h.rig.Logged())
	}
}

func (h *history) same(what string, want, got expectation) {
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(expectation{})); diff != "" {
		h.Fatalf("%s (-want +got):\n%s\n%s\n%s", what, diff, h.model.describe(), h.rig.Logged())
	}
}

// learn takes over what the account has of people whose import was cut short: how far it got is Brevo's business.
func (h *history) learn(p *plan) {
	have := h.rig.contacts()
	for _, s := range p.send {
		c, ok := have[s.addr]
		if !ok {
			delete(h.model.contacts, s.addr)
			continue
		}
		h.model.contact(s.addr).values = c.Values
	}
}

// trouble draws where Segue is killed in the next run, and what goes wrong at Brevo. Each strikes once and nothing is a definite
// answer, so that the run gets through. It returns whom another integration imports meanwhile.
func (h *history) trouble(imports bool) (faults []brevosandbox.Fault, stranger string) {
	h.rig.crash = rapid.SampledFrom([]string{
		"", "", "", "plan.before-members", "plan.before-ledger", "plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle",
		"send.before-call", "send.after-call", "send.after-accepted", "settle.before", "settle.after", "finish.before", "finish.after",
	}).Draw(h.T, "killed at")
	effect := rapid.SampledFrom([]string{
		"", "", "", "too_many", "error_500", "bad_gateway", "timeout_524", "reset", "garbage", "process_fail", "process_cancel", "process_late", "foreign_import",
	}).Draw(h.T, "fault")
	if effect == "" || (effect == "foreign_import" && !imports) {
		return nil, ""
	}
	f := brevosandbox.Fault{Effect: effect, Calls: []string{"import"}, Times: 1, When: rapid.SampledFrom([]string{"before", "after"}).Draw(h.T, "when")}
	switch {
	case effect == "foreign_import":
		stranger = rapid.SampledFrom(strangers).Draw(h.T, "of")
		f.Effect, f.Action = "action", &brevosandbox.Action{Do: effect, Emails: []string{stranger}}
	case effect == "too_many":
		f.When = "before"
	case strings.HasPrefix(effect, "process"):
		half := 0.5
		f.Portion = &half
	}
	if f.Action == nil && !strings.HasPrefix(effect, "process") {
		f.Calls = rapid.SampledFrom([][]string{{"import"}, {"list_remove"}, {"processes"}, {"contact"}, {"contacts"}, {"list"}}).Draw(h.T, "at")
	}
	return []brevosandbox.Fault{f}, stranger
}

func (h *history) changePeople() {
	m := h.model
	for range rapid.IntRange(1, 3).Draw(h.T, "changes") {
		id := fmt.Sprintf("p%02d", rapid.IntRange(0, 11).Draw(h.T, "who"))
		switch rapid.IntRange(0, 5).Draw(h.T, "change") {
		case 0:
			if len(m.people) > 1 { // a source without anybody is refused by itself
				delete(m.people, id)
			}
		default:
			m.people[id] = drawPerson(h.T, id)
		}
	}
}

// redefine is what people change in Segue.
func (h *history) redefine() {
	m, r := h.model, h.rig
	e := rapid.SampledFrom(h.exports()).Draw(h.T, "export")
	switch what := rapid.SampledFrom([]string{"policy", "mapping", "name", "remove", "remove with people", "remove kept", "adopt", "take", "mend", "week", "mirror", "user"}).Draw(h.T, "redefined"); what {
	case "remove kept":
		h.used(e)
		h.removal(e, true)
		return
	case "adopt":
		h.adopt(e)
		return
	case "remove with people":
		h.used(e)
		h.removal(e, false)
		if len(h.exports()) == 0 {
			h.create()
		}
		return
	case "mirror":
		m.off[e.over] = !m.off[e.over]
		r.mirrorOff(e.over, m.off[e.over])
		return
	case "user":
		m.lost[e.over] = !m.lost[e.over]
		r.exportUser(e.over, !m.lost[e.over])
		return
	case "week":
		if m.adrift != nil {
			return // nobody looks out for it after a week
		}
		m.day += 8
		r.Clock.Advance(8 * 24 * time.Hour)
		return
	case "mend":
		for _, name := range slices.Sorted(maps.Keys(m.missing)) {
			r.defineAttribute(name)
		}
		clear(m.missing)
		return
	case "remove":
		r.remove(e)
		m.orphan(e)
		if len(h.exports()) == 0 || rapid.Bool().Draw(h.T, "another") {
			h.create()
		}
		return
	case "take":
		for _, o := range h.exports() { // S21: an attribute is fed by one field
			if o != e && m.lists[e.list] != nil && slices.Contains(o.mapped, "FIRSTNAME") {
				require.Equal(r.t, activation.CodeAttributeTaken, activation.CodeOf(r.feed(e, "FIRSTNAME", "tier")))
				return
			}
		}
		return
	case "policy":
		e.keep = !e.keep
	case "mapping":
		e.field = rapid.SampledFrom([]string{"email", "email", "work"}).Draw(h.T, "e-mail field")
		e.mapped = drawMapping(h.T, m.missing)
	}
	h.save(e)
}

// save saves the export as it is now, but with what is gone.
func (h *history) save(e *exportDef) {
	m := h.model
	if m.lists[e.list] == nil {
		e.list = h.lists()[0]
	}
	e.mapped = slices.DeleteFunc(slices.Clone(e.mapped), func(name string) bool { return m.missing[name] })
	h.rig.update(e)
}

// move gives the export another list. In many worlds Brevo takes the addresses of some people for none from then on, who cannot join it (S15, S22).
func (h *history) move(e *exportDef) {
	if len(h.model.members(e.list)) == 0 {
		h.run(e)
		h.compare()
	}
	people := h.model.members(e.list)
	e.list = rapid.SampledFrom(h.lists()).Draw(h.T, "to")
	h.save(e)
	for range rapid.SampledFrom([]int{0, 1, 2, 4}).Draw(h.T, "not taken from now on") {
		if len(people) == 0 || !h.reported {
			break
		}
		addr := rapid.SampledFrom(people).Draw(h.T, "not taken")
		if !strings.HasPrefix(addr, "#") && !slices.Contains(strangers, addr) { // who has no address, and whom others import, are left alone
			h.model.untaken[addr] = true
			h.rig.act(brevosandbox.Action{Do: "refuse_address", Emails: []string{addr}})
		}
	}
	for range rapid.IntRange(1, 3).Draw(h.T, "runs then") {
		h.run(e)
		h.compare()
	}
}

// meddle is what other people do in Brevo meanwhile.
func (h *history) meddle() {
	m, r := h.model, h.rig
	list := rapid.SampledFrom(h.lists()).Draw(h.T, "their list")
	deed := rapid.SampledFrom([]string{
		"add_by_hand", "add_by_hand", "remove_by_hand", "block_email", "block_email", "unblock_email", "unsubscribe_list", "delete_contact", "delete_contact",
		"nameless", "delete_list", "delete_attribute",
	}).Draw(h.T, "deed")
	switch deed {
	case "nameless":
		h.nameless(list)
		return
	case "delete_list":
		if len(m.lists) > 1 && !m.backByHand(list) && m.adrift == nil {
			delete(m.lists, list)
			delete(m.unsubscribed, list)
			r.act(brevosandbox.Action{Do: deed, List: list})
		}
		return
	case "delete_attribute":
		name := rapid.SampledFrom([]string{"VIP", "POINTS", "DAY", "CLASS", "TAGS"}).Draw(h.T, "attribute")
		if !m.missing[name] && m.adrift == nil {
			m.missing[name] = true
			for _, c := range m.contacts {
				delete(c.values, name)
			}
			r.act(brevosandbox.Action{Do: deed, Name: name})
		}
		return
	}
	addr, _ := normal(rapid.SampledFrom(append(slices.Clone(strangers), addresses[:8]...)).Draw(h.T, "at brevo"))
	c := m.contacts[addr]
	if deed == "add_by_hand" && !m.modifies && m.taken[place{"", list, addr}] {
		return // whether Segue gets to see it is left to chance there
	}
	if (c == nil && deed != "add_by_hand") || (h.unread && deed != "remove_by_hand") {
		return
	}
	switch deed {
	case "add_by_hand":
		m.contact(addr)
		m.lists[list][addr] = true
		delete(m.unsubscribed[list], addr)
	case "remove_by_hand":
		if !m.lists[list][addr] {
			return
		}
		delete(m.lists[list], addr)
	case "block_email":
		c.blocklisted = true
	case "unblock_email":
		c.blocklisted = false
	case "unsubscribe_list":
		m.unsubscribed[list][addr] = true
	case "delete_contact":
		m.deleted(addr)
	}
	r.act(brevosandbox.Action{Do: deed, List: list, Emails: []string{addr}})
}

// takeAddresses has Brevo take all of them again.
func (h *history) takeAddresses() {
	if all := slices.Sorted(maps.Keys(h.model.untaken)); len(all) > 0 {
		clear(h.model.untaken)
		h.rig.act(brevosandbox.Action{Do: "take_address", Emails: all})
	}
}

// nameless lets somebody make a contact that has a phone and no address.
func (h *history) nameless(list int64) {
	m := h.model
	digits, _ := phone(rapid.SampledFrom(phones[2:6]).Draw(h.T, "phone"))
	id := identifier{rapid.SampledFrom([]string{"SMS", "WHATSAPP", "LANDLINE_NUMBER"}).Draw(h.T, "kind"), digits}
	for _, c := range m.contacts {
		if c.values[id.kind] == digits {
			return // Brevo lets nobody have it a second time
		}
	}
	for _, other := range m.nameless {
		if other == id {
			return
		}
	}
	number := h.rig.makeContact(id, list)
	m.numbers++
	m.nameless[m.numbers] = id
	m.lists[list][fmt.Sprintf("#%d", number)] = true
}

// compare holds that lists, contacts and blocklists are as the model says: nobody lost, nobody extra, nobody merged,
// nobody re-subscribed.
func (h *history) compare() {
	for _, list := range h.lists() {
		if diff := cmp.Diff(h.model.members(list), h.rig.members(list), cmpopts.EquateEmpty()); diff != "" {
			h.Fatalf("list %d (-want +got):\n%s\n%s", list, diff, h.model.describe())
		}
	}
	want := map[string]shown{}
	for a, c := range h.model.contacts {
		want[a] = shown{Values: c.values, Blocklisted: c.blocklisted}
	}
	if diff := cmp.Diff(want, h.rig.contacts(), cmpopts.EquateEmpty()); diff != "" {
		h.Fatalf("contacts (-want +got):\n%s\n%s", diff, h.model.describe())
	}
}
