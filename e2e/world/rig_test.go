package world

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/sim"
	"segue/internal/activation"
	"segue/internal/brevosandbox"
)

// rig is a simulation with the exports of a world.
type rig struct {
	*sim.Sim
	t      testing.TB
	source activation.SourceID
	ids    map[string]activation.ExportID
	crash  string // the fail-point that kills the next run; empty for none
}

// failPoint kills Segue once, where the world wants it.
func (r *rig) failPoint(name string) {
	if name == r.crash {
		r.crash = ""
		panic(sim.ErrKilled)
	}
}

func newRig(t testing.TB, exports []exportDef) *rig {
	t.Helper()
	r := &rig{t: t, ids: map[string]activation.ExportID{}}
	r.Sim = sim.New(t, sim.Config{
		Account:  brevosandbox.Account{Lists: []brevosandbox.AccountList{{Name: "One"}, {Name: "Two"}}, Attributes: []brevosandbox.AccountAttribute{{Name: "VIP", Type: "boolean"}, {Name: "POINTS", Type: "float"}}},
		Settings: brevosandbox.Settings{Tier: "off"}, MirrorAge: time.Nanosecond, FailPoint: r.failPoint,
	})
	r.defineProfile()
	r.defineExports(exports)
	return r
}

func (r *rig) file() string { return filepath.Join(r.Files, "people.csv") }

func (r *rig) defineProfile() {
	ctx := context.Background()
	first := map[string]person{"p00": {id: "p00", email: "first@example.com", phone: "+385912345699", name: "First", consent: "yes", tier: "none", updated: 1}}
	require.NoError(r.t, writePeople(r.file(), first))
	text := activation.ColumnOption{Type: activation.TypeText}
	src, err := r.Sources.Create(ctx, activation.Source{Name: "People", Kind: activation.SourceCSV, Path: r.file(), MaxShrink: 1, Columns: map[string]activation.ColumnOption{
		"id": text, "email": text, "phone": text, "name": text, "consent": text, "tier": text, "updated": {Type: activation.TypeDate}, "code": text, "vip": text, "points": text,
	}})
	require.NoError(r.t, err)
	r.source = src.ID
	_, err = r.Sources.Ingest(ctx, src.ID, false)
	require.NoError(r.t, err)
	field := func(name string, t activation.FieldType, s activation.SemanticType) activation.Field {
		return activation.Field{Name: name, Column: name, Type: t, Semantic: s}
	}
	_, err = r.Sources.PutProfile(ctx, activation.ProfileDefinition{Source: src.ID, Key: "id", Fields: []activation.Field{
		field("email", activation.TypeText, activation.SemanticEmail), field("phone", activation.TypeText, activation.SemanticPhone),
		field("name", activation.TypeText, activation.SemanticFirstName), field("consent", activation.TypeText, activation.SemanticConsent),
		field("tier", activation.TypeText, activation.SemanticNone), field("updated", activation.TypeDate, activation.SemanticUpdatedAt),
		field("code", activation.TypeText, activation.SemanticNone), field("vip", activation.TypeText, activation.SemanticNone), field("points", activation.TypeText, activation.SemanticNone),
	}})
	require.NoError(r.t, err)
}

func (r *rig) defineExports(exports []exportDef) {
	ctx := context.Background()
	conns := []activation.ConnectionID{r.Connect("one"), r.Connect("two")} // both lead to one account
	for i, e := range exports {
		conn := conns[i%2]
		seg, err := r.Segments.Create(ctx, activation.Segment{Name: e.id, Rules: []activation.SegmentRule{{Rule: activation.Rule{
			Field: "tier", Operator: activation.OpOneOf, Values: e.tiers,
		}}}})
		require.NoError(r.t, err)
		leavers := activation.LeaversRemove
		if e.keep {
			leavers = activation.LeaversKeep
		}
		made, err := r.Exports.Create(ctx, activation.Export{
			Name: e.id, Connection: conn, List: activation.ListID(e.list), Segments: []activation.SegmentID{seg.ID}, Leavers: leavers,
			Mapping: activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{{Attribute: "FIRSTNAME", Field: "name"}, {Attribute: "SMS", Field: "phone"},
				{Attribute: "EXT_ID", Field: "code"}, {Attribute: "VIP", Field: "vip"}, {Attribute: "POINTS", Field: "points"}}},
		})
		require.NoError(r.t, err)
		r.ids[e.id] = made.ID
	}
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

// run runs an export and returns what its receipt says.
func (r *rig) run(e exportDef) expectation {
	run := r.Run(r.ids[e.id])
	if run.Receipt == nil || !slices.Contains([]activation.RunStatus{activation.StatusSuccessful, activation.StatusWithRejects}, run.Status) {
		r.t.Fatalf("the run ended as %s: %s\n%s", run.Status, run.Error, r.Logged())
	}
	c := run.Receipt
	return expectation{
		members: int(c.Members), added: int(c.Added), updated: int(c.Updated), unchanged: int(c.Unchanged), rejected: int(c.Rejected),
		duplicates: int(c.Duplicates), leavers: int(c.Leavers), removed: int(c.Removed), kept: int(c.Kept), stillWanted: int(c.StillWanted),
	}
}

// act lets something happen in the account from elsewhere.
func (r *rig) act(do string, list int64, address string) {
	r.Clock.Advance(time.Second)
	_, err := r.Sandbox.Act(brevosandbox.Action{Do: do, List: list, Emails: []string{address}})
	require.NoError(r.t, err, do)
	r.Clock.Advance(time.Second)
}

func (r *rig) members(list int64) []string {
	m, err := r.Sandbox.Members("", list)
	require.NoError(r.t, err)
	slices.Sort(m)
	return m
}

func (r *rig) contacts() map[string]contact {
	var b bytes.Buffer
	require.NoError(r.t, r.Sandbox.WriteContacts("", &b))
	return contactsOf(r.t, b.Bytes())
}
