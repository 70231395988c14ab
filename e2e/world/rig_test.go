package world

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/sim"
	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// lists of a world at the start.
const lists = 3

// rig is a simulation with the exports of a world.
type rig struct {
	*sim.Sim
	t           testing.TB
	source      activation.SourceID
	connections []activation.ConnectionID
	ids         map[string]activation.ExportID
	crash       string // the fail-point that kills the next run; empty for none
	at, fired   string // the fail-point at which the next run is canceled; the one at which the latest was
	running     activation.RunID
	lose        func()   // what happens at that point instead; nil for nothing
	parallel    bool     // the account does several imports at a time
	told        []string // what was told about runs
}

// failPoint kills Segue once, where the world wants it, or lets somebody cancel the run there.
func (r *rig) failPoint(name string) {
	if name == r.at {
		r.at, r.fired = "", name
		if r.lose != nil {
			r.lose()
			r.lose = nil
		} else {
			r.cancel(r.running)
		}
	}
	if name == r.crash {
		r.crash = ""
		panic(sim.ErrKilled)
	}
}

// custom are the attributes that are made for the worlds.
var custom = []brevosandbox.AccountAttribute{
	{Name: "VIP", Type: "boolean"}, {Name: "POINTS", Type: "float"}, {Name: "DAY", Type: "date"},
	{Name: "CLASS", Category: "category", Options: []string{"First", "Second; best"}},
	{Name: "TAGS", Type: "multiple-choice", Options: []string{"Sea", "Snow"}},
}

func newRig(t testing.TB, settings brevosandbox.Settings) *rig {
	t.Helper()
	r := &rig{t: t, ids: map[string]activation.ExportID{}, parallel: settings.Imports == "parallel"}
	account := brevosandbox.Account{Attributes: custom}
	for i := range lists {
		account.Lists = append(account.Lists, brevosandbox.AccountList{Name: fmt.Sprintf("List %d", i+1)})
	}
	r.Sim = sim.New(t, sim.Config{
		Account: account, Settings: settings, MirrorAge: time.Nanosecond, FailPoint: r.failPoint,
		Brake: ledger.Brake{
			RemoveShare: brakeRemoveShare, RemoveAtLeast: brakeRemoveLeast, GrowFactor: brakeGrowFactor, GrowAtLeast: brakeGrowLeast,
			UpdateShare: brakeUpdateShare, UpdateAtLeast: brakeUpdateLeast,
		},
	})
	r.connections = []activation.ConnectionID{r.Connect("one"), r.Connect("two")} // both lead to one account
	r.defineProfile()
	return r
}

func (r *rig) file() string { return filepath.Join(r.Files, "people.csv") }

func (r *rig) defineProfile() {
	ctx := context.Background()
	first := map[string]person{"p00": {id: "p00", email: "first@example.com", name: "First", consent: "yes", tier: "none", updated: 1, values: map[string]string{"SMS": "+385912345699"}}}
	require.NoError(r.t, writePeople(r.file(), first))
	columns := map[string]activation.ColumnOption{"updated": {Type: activation.TypeDate}}
	fields := []activation.Field{{Name: "updated", Column: "updated", Type: activation.TypeDate, Semantic: activation.SemanticUpdatedAt}}
	text := func(name string, s activation.SemanticType) {
		columns[name] = activation.ColumnOption{Type: activation.TypeText}
		fields = append(fields, activation.Field{Name: name, Column: name, Type: activation.TypeText, Semantic: s})
	}
	text("email", activation.SemanticEmail)
	text("work", activation.SemanticEmail)
	text("consent", activation.SemanticConsent)
	text("tier", activation.SemanticNone)
	text("name", activation.SemanticFirstName)
	for _, a := range attributes[1:] {
		meaning := activation.SemanticNone
		if (activation.AttributeMapping{Attribute: a.name}).IsPhone() {
			meaning = activation.SemanticPhone
		}
		text(a.field, meaning)
	}
	columns["id"] = activation.ColumnOption{Type: activation.TypeText}
	src, err := r.Sources.Create(ctx, activation.Source{Name: "People", Kind: activation.SourceCSV, Path: r.file(), MaxShrink: 1, Columns: columns})
	require.NoError(r.t, err)
	r.source = src.ID
	_, err = r.Sources.Ingest(ctx, src.ID, false)
	require.NoError(r.t, err)
	_, err = r.Sources.PutProfile(ctx, activation.ProfileDefinition{Source: src.ID, Key: "id", Fields: fields})
	require.NoError(r.t, err)
}

// create makes an export over one of the two connections, with a segment of its own.
func (r *rig) create(e *exportDef) {
	ctx := context.Background()
	seg, err := r.Segments.Create(ctx, activation.Segment{Name: e.id, Rules: []activation.SegmentRule{{Rule: activation.Rule{
		Field: "tier", Operator: activation.OpOneOf, Values: e.tiers,
	}}}})
	require.NoError(r.t, err)
	made, err := r.Exports.Create(ctx, activation.Export{
		Name: e.id, Connection: r.connections[e.over], List: activation.ListID(e.list), Segments: []activation.SegmentID{seg.ID},
		Leavers: policy(e), TakeOver: e.takeOver, Mapping: mapping(e),
	})
	require.NoError(r.t, err)
	r.ids[e.id] = made.ID
}

func policy(e *exportDef) activation.LeaversPolicy {
	if e.keep {
		return activation.LeaversKeep
	}
	return activation.LeaversRemove
}

func mapping(e *exportDef) activation.Mapping {
	m := activation.Mapping{Email: e.field}
	for _, name := range e.mapped {
		m.Attributes = append(m.Attributes, activation.AttributeMapping{Attribute: name, Field: attributeNamed(name).field})
	}
	return m
}

// update saves the export as it is now, under a name that is another each time.
func (r *rig) update(e *exportDef) {
	require.NoError(r.t, r.save(e, func(x *activation.Export) {
		x.Name, x.List, x.Leavers, x.Mapping = fmt.Sprintf("%s, version %d", e.id, x.Version+1), activation.ListID(e.list), policy(e), mapping(e)
	}))
}

// feed lets the export feed an attribute from a field and returns what comes of it.
func (r *rig) feed(e *exportDef, attribute, field string) error {
	return r.save(e, func(x *activation.Export) {
		x.Mapping = activation.Mapping{Email: e.field, Attributes: []activation.AttributeMapping{{Attribute: attribute, Field: field}}}
	})
}

func (r *rig) save(e *exportDef, change func(*activation.Export)) error {
	ctx := context.Background()
	x, err := r.Exports.Get(ctx, r.ids[e.id])
	require.NoError(r.t, err)
	change(&x)
	_, err = r.Exports.Update(ctx, x)
	return err
}

func (r *rig) remove(e *exportDef) {
	require.NoError(r.t, r.Exports.Delete(context.Background(), r.ids[e.id]))
}

// defineAttribute makes an attribute that is gone once more.
func (r *rig) defineAttribute(name string) {
	a := custom[slices.IndexFunc(custom, func(a brevosandbox.AccountAttribute) bool { return a.Name == name })]
	types := map[string]activation.AttributeType{
		"boolean": activation.AttributeBoolean, "float": activation.AttributeNumber, "date": activation.AttributeDate, "": activation.AttributeCategory,
		"multiple-choice": activation.AttributeMultipleChoice,
	}
	require.NoError(r.t, r.Connections.CreateAttribute(context.Background(), r.connections[0],
		destination.Attribute{Name: name, Type: types[a.Type], Options: a.Options}))
}

// mirrorOff switches the mirror of a connection off or on (S2).
func (r *rig) mirrorOff(over int, off bool) {
	_, err := r.Connections.Update(context.Background(), r.connections[over], connection.Change{MirrorOff: &off})
	require.NoError(r.t, err)
}

// exportUser gives a connection an export user, or takes it away.
func (r *rig) exportUser(over int, there bool) {
	var u activation.ExportUser
	if there {
		u = activation.MachineExportUser(r.Clock.Now())
	}
	_, err := r.Connections.Update(context.Background(), r.connections[over], connection.Change{ExportUser: &u})
	require.NoError(r.t, err)
}

// refresh takes the people over and builds their profiles.
func (r *rig) refresh(people map[string]person) {
	ctx := context.Background()
	require.NoError(r.t, writePeople(r.file(), people))
	_, err := r.Sources.Ingest(ctx, r.source, true)
	require.NoError(r.t, err)
	_, err = r.Sources.Build(ctx)
	require.NoError(r.t, err)
}

// Start asks for a run and remembers it as the one that can be canceled.
func (r *rig) Start(e activation.ExportID, kind activation.RunKind) activation.Run {
	run := r.Sim.Start(e, kind)
	r.running, r.fired = run.ID, ""
	return run
}

func (r *rig) cancel(id activation.RunID) {
	_, err := r.Exports.Cancel(context.Background(), id)
	require.NoError(r.t, err)
}

func (r *rig) refuse(id activation.RunID) {
	_, err := r.Exports.Refuse(context.Background(), id, "sim")
	require.NoError(r.t, err)
}

func (r *rig) known(id activation.RunID) activation.Run {
	run, err := r.Exports.Run(context.Background(), id)
	require.NoError(r.t, err)
	return run
}

// end notes what was told about a run, and sets everything back that was to go wrong with it.
func (r *rig) end(run activation.Run) activation.Run {
	r.told = append(r.told, run.Error, run.Remedy)
	r.crash = ""
	require.NoError(r.t, r.Sandbox.SetFaults(1, nil))
	return run
}

func planned(run activation.Run) expectation {
	p := run.Plan
	return expectation{
		members: int(p.Members), added: int(p.Add), updated: int(p.Update), unchanged: int(p.Unchanged), rejected: int(p.Rejected), duplicates: int(p.Duplicates),
		throughOthers: int(p.ThroughOthers),
		leavers:       int(p.Leavers), removed: int(p.Remove), kept: int(p.Keep), stillWanted: int(p.StillWanted), notRemoved: int(p.NotRemoved),
		refusals: int(p.RefusalRemovals),
	}
}

func receipt(run activation.Run) expectation {
	c := run.Receipt
	if c == nil {
		return expectation{}
	}
	return expectation{
		members: int(c.Members), added: int(c.Added), updated: int(c.Updated), unchanged: int(c.Unchanged), rejected: int(c.Rejected),
		duplicates: int(c.Duplicates), throughOthers: int(c.ThroughOthers), notSent: int(c.NotSent), leavers: int(c.Leavers), removed: int(c.Removed), kept: int(c.Kept),
		stillWanted: int(c.StillWanted), notRemoved: int(c.NotRemoved), refusals: int(c.RefusalRemoved),
	}
}

// reasons are what the receipt says why.
func reasons(run activation.Run) map[string]int64 {
	if run.Receipt == nil {
		return nil
	}
	return run.Receipt.Reasons
}

// act lets something happen in the account from elsewhere.
func (r *rig) act(a brevosandbox.Action) {
	r.Clock.Advance(time.Second)
	_, err := r.Sandbox.Act(a)
	require.NoError(r.t, err, a.Do)
	r.Clock.Advance(time.Second)
}

// makeContact makes a contact that has an identifier and no address, and returns its number at Brevo.
func (r *rig) makeContact(id identifier, list int64) int64 {
	body, err := json.Marshal(map[string]any{"attributes": map[string]string{id.kind: "+" + id.value}, "listIds": []int64{list}})
	require.NoError(r.t, err)
	for {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.URL+"/v3/contacts", bytes.NewReader(body))
		require.NoError(r.t, err)
		req.Header.Set("api-key", brevosandbox.DefaultKey)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("User-Agent", "world")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(r.t, err)
		var made struct{ ID int64 }
		err = json.NewDecoder(resp.Body).Decode(&made)
		require.NoError(r.t, resp.Body.Close())
		require.NoError(r.t, err)
		if resp.StatusCode == http.StatusTooManyRequests {
			r.Clock.Advance(time.Second)
			continue
		}
		require.Equal(r.t, http.StatusCreated, resp.StatusCode)
		r.Clock.Advance(time.Second)
		return made.ID
	}
}

func (r *rig) members(list int64) []string {
	m, err := r.Sandbox.Members("", list)
	require.NoError(r.t, err)
	slices.Sort(m)
	return m
}

// shown is a contact as the account has it.
type shown struct {
	Values      map[string]string
	Blocklisted bool
}

// contacts returns those that have an address.
func (r *rig) contacts() map[string]shown {
	var b bytes.Buffer
	require.NoError(r.t, r.Sandbox.WriteContacts("", &b))
	out := map[string]shown{}
	for dec := json.NewDecoder(&b); dec.More(); {
		var c struct {
			Email            string
			EmailBlacklisted bool
			Attributes       map[string]any
		}
		require.NoError(r.t, dec.Decode(&c))
		if c.Email == "" || strings.HasSuffix(c.Email, "@mailin-sms.com") {
			continue
		}
		s := shown{Values: map[string]string{}, Blocklisted: c.EmailBlacklisted}
		for name, v := range c.Attributes {
			s.Values[name] = text(name, v)
		}
		out[c.Email] = s
	}
	return out
}

// text is an attribute's value as the model writes it.
func text(attribute string, v any) string {
	switch x := v.(type) {
	case bool:
		return strconv.FormatBool(x)
	case float64:
		if attribute == "CLASS" { // its number
			return custom[3].Options[int(x)-1]
		}
		return strconv.FormatFloat(x, 'f', -1, 64)
	case []any:
		var parts []string
		for _, p := range x {
			parts = append(parts, text("", p))
		}
		return strings.Join(parts, ",")
	default:
		return fmt.Sprint(v)
	}
}

// writePeople writes the source file.
func writePeople(path string, people map[string]person) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	header := []string{"id", "email", "work", "name", "consent", "tier", "updated"}
	for _, a := range attributes[1:] {
		header = append(header, a.field)
	}
	_ = w.Write(header)
	for _, id := range slices.Sorted(maps.Keys(people)) {
		p := people[id]
		updated := ""
		if p.updated > 0 {
			updated = "2026-01-" + fmt.Sprintf("%02d", p.updated)
		}
		row := []string{p.id, p.email, p.work, p.name, p.consent, p.tier, updated}
		for _, a := range attributes[1:] {
			row = append(row, p.values[a.name])
		}
		_ = w.Write(row)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return f.Close()
}
