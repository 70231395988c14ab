package unify_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ingest"
	"segue/internal/jobs"
	"segue/internal/store"
	"segue/internal/store/sqlite"
	"segue/internal/unify"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// desk is the services on a real control store and a real warehouse.
type desk struct {
	*testing.T
	store   *sqlite.Store
	w       *duckdb.Warehouse
	sources *ingest.Service
	unify   *unify.Service
	files   string
	now     time.Time
	ids     map[string]activation.SourceID
}

func newDesk(t *testing.T) *desk {
	dir := t.TempDir()
	d := &desk{T: t, files: filepath.Join(dir, "files"), now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), ids: map[string]activation.SourceID{}}
	data := filepath.Join(dir, "data")
	for _, p := range []string{d.files, filepath.Join(data, "uploads")} {
		require.NoError(t, os.MkdirAll(p, 0o700))
	}
	var err error
	d.store, err = sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(data, "segue.db"), Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.store.Close()) })
	d.w, err = duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(data, "warehouse.duckdb"), AllowedDirs: []string{d.files}, MemoryLimit: "256MB", Threads: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.w.Close()) })
	n := 0
	clock := func() time.Time { d.now = d.now.Add(time.Minute); return d.now }
	d.sources, err = ingest.New(ingest.Config{
		Store: d.store, Warehouse: d.w, SourceDirs: []string{d.files}, UploadDir: filepath.Join(data, "uploads"), DataDir: data, Clock: clock,
		IDs: func() string { n++; return fmt.Sprintf("source-%d", n) }, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	d.unify, err = unify.New(unify.Config{Store: d.store, Warehouse: d.w, Clock: clock})
	require.NoError(t, err)
	return d
}

// take takes a text over as a source, by force where it shrinks.
func (d *desk) take(name, text string) activation.SourceID {
	d.Helper()
	require.NoError(d, os.WriteFile(filepath.Join(d.files, name+".csv"), []byte(text), 0o600))
	if d.ids[name] == "" {
		src, err := d.sources.Create(d.Context(), activation.Source{Name: name, Kind: activation.SourceCSV, Path: name + ".csv"})
		require.NoError(d, err)
		d.ids[name] = src.ID
	}
	_, err := d.sources.Ingest(d.Context(), d.ids[name], true)
	require.NoError(d, err)
	return d.ids[name]
}

func (d *desk) ref(name, key string) activation.RowRef {
	return activation.RowRef{Source: d.ids[name], Key: key}
}

const (
	contacts = "ContactId,EMail,Telephone,FirstName,LastName\nC1,ana@example.com,091 234 5678,Ana,Horvat\nC2,ivo@example.com,091 234 5679,Ivo,Babić\n"
	loyalty  = "LoyaltyId,Mail,Phone,LastName,Points\nL1,ANA@example.com,,Horvat,5\nL2,,+385912345679,Babic,7\nL3,new@example.com,,Novak,1\n"
)

// unified stores and builds the suggestion for both tables.
func (d *desk) unified() activation.ProfileDefinition {
	d.Helper()
	d.take("contacts", contacts)
	d.take("loyalty", loyalty)
	first, err := d.sources.SuggestProfile(d.Context(), d.ids["contacts"])
	require.NoError(d, err)
	first.Region = "HR"
	def, err := d.unify.Suggest(d.Context(), first, []activation.SourceID{d.ids["loyalty"]})
	require.NoError(d, err)
	def, err = d.unify.Put(d.Context(), def)
	require.NoError(d, err)
	built, err := d.sources.Build(d.Context())
	require.NoError(d, err)
	require.EqualValues(d, 3, built.Build.Profiles)
	return def
}

func TestASuggestionMapsColumnsAndUnifies(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	def := d.unified()
	require.Equal(t, map[string]string{"EMail": "Mail", "Telephone": "Phone", "LastName": "LastName", "Points": "Points", "LoyaltyId": "LoyaltyId"}, def.Unify.Tables[0].Columns)
	require.Equal(t, "LoyaltyId", def.Unify.Tables[0].Key)
	require.Equal(t, activation.Origin{Source: d.ids["contacts"], Key: "ContactId"}, def.Unify.Origin)
	x, err := d.unify.Explain(t.Context(), d.ref("contacts", "C2"), d.ref("loyalty", "L2"))
	require.NoError(t, err)
	require.Equal(t, []string{"C2", "C2"}, []string{x.ProfileA, x.ProfileB})
	require.Equal(t, "Same phone, similar name", x.Path[0].Rule)

	// The screen of one table changes its own part and leaves the rest.
	one, err := d.sources.Profile(t.Context())
	require.NoError(t, err)
	one.Unify, one.Region = nil, "DE"
	one, err = d.sources.PutProfile(t.Context(), one)
	require.NoError(t, err)
	require.NotNil(t, one.Unify)
	require.Equal(t, "DE", one.Region)

	// A source that feeds profiles is in use, and its columns are needed.
	require.Equal(t, activation.CodeInUse, activation.CodeOf(d.sources.Delete(t.Context(), d.ids["loyalty"])))
	require.NoError(t, os.WriteFile(filepath.Join(d.files, "loyalty.csv"), []byte("LoyaltyId,Phone,LastName,Points\nL1,,Horvat,5\nL2,,Babic,7\nL3,,Novak,1\n"), 0o600))
	_, err = d.sources.Ingest(t.Context(), d.ids["loyalty"], false)
	require.Equal(t, activation.CodeSourceRefused, activation.CodeOf(err))
	require.ErrorContains(t, err, "Mail")

	// Back to one table: keys are ids as ever.
	one.Unify = nil
	one.Fields = one.Fields[:5]
	one.Version = 2
	one, err = d.unify.Put(t.Context(), one)
	require.NoError(t, err)
	require.Nil(t, one.Unify)
	built, err := d.sources.Build(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, built.Build.Profiles)
	require.Nil(t, built.Build.Unified)
}

func TestARowThatIsTakenOutStaysOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.unified()
	_, err := d.unify.Separate(t.Context(), "C1", d.ref("contacts", "C2"), "Iva")
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	_, err = d.unify.Separate(t.Context(), "nobody", d.ref("contacts", "C1"), "Iva")
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
	pairs, err := d.unify.Separate(t.Context(), "C1", d.ref("loyalty", "L1"), "Iva")
	require.NoError(t, err)
	require.Len(t, pairs, 1)
	for range 2 {
		d.take("loyalty", loyalty)
		built, err := d.sources.Build(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 4, built.Build.Profiles)
		require.EqualValues(t, 1, built.Build.Unified.Refused)
	}
	changes, _, err := d.unify.Changes(t.Context(), store.Page{})
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.Equal(t, []string{"split", "C1"}, []string{changes[0].Kind, changes[0].Profile})

	list, _, err := d.unify.Pairs(t.Context(), store.Page{})
	require.NoError(t, err)
	require.Equal(t, "Iva", list[0].By)
	require.NoError(t, d.unify.DeletePair(t.Context(), d.ref("loyalty", "L1"), d.ref("contacts", "C1")))
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(d.unify.DeletePair(t.Context(), d.ref("loyalty", "L1"), d.ref("contacts", "C1"))))
	_, err = d.sources.Build(t.Context())
	require.NoError(t, err)
	changes, _, err = d.unify.Changes(t.Context(), store.Page{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []string{"merged", "C1"}, []string{changes[0].Kind, changes[0].Other})
}

func TestAPreviewChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	def := d.unified()
	before, err := d.unify.Get(t.Context())
	require.NoError(t, err)
	def.Unify.Rules = def.Unify.Rules[:1]
	p, err := d.unify.Preview(t.Context(), def, 10)
	require.NoError(t, err)
	require.EqualValues(t, []int64{5, 4, 1}, []int64{p.Numbers.Rows, p.Numbers.Profiles, p.Numbers.Joined})
	require.Equal(t, []warehouse.Join{{A: d.ref("contacts", "C1"), B: d.ref("loyalty", "L1"), Rule: "Same e-mail"}}, p.Clusters[0].Joins)
	after, err := d.unify.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
	list, err := d.w.Profiles(t.Context(), "", "", 10)
	require.NoError(t, err)
	require.Len(t, list, 3)
}

func TestPairsAndDefinitionsAreChecked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.take("contacts", contacts)
	_, err := d.unify.PutPair(t.Context(), activation.MatchPair{A: d.ref("contacts", "C1"), B: d.ref("contacts", "C2"), Kind: activation.PairNever})
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err), "there is no profile yet")
	def := d.unified()
	for field, p := range map[string]activation.MatchPair{
		"b":           {A: d.ref("contacts", "C1"), B: d.ref("contacts", "C1"), Kind: activation.PairNever},
		"kind":        {A: d.ref("contacts", "C1"), B: d.ref("contacts", "C2"), Kind: "maybe"},
		"a.key":       {A: d.ref("contacts", ""), B: d.ref("contacts", "C2"), Kind: activation.PairNever},
		"b.source_id": {A: d.ref("contacts", "C1"), B: activation.RowRef{Source: "elsewhere", Key: "x"}, Kind: activation.PairNever},
	} {
		_, err := d.unify.PutPair(t.Context(), p)
		var e *activation.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, field, e.Field)
	}
	def.Unify.Tables[0].Columns["EMail"] = "nothing"
	_, err = d.unify.Put(t.Context(), def)
	require.ErrorContains(t, err, "tables[1].columns: the table \"loyalty\" has no column \"nothing\"")
	def.Unify.Tables[0].Columns["EMail"] = "Mail"
	def.Version = 7
	_, err = d.unify.Put(t.Context(), def)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
}
