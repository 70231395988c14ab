package bench

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/sim"
	"segue/internal/activation"
	"segue/internal/brevosandbox"
)

// BenchmarkReality takes a million members to an account with the limits of the general tier and two minutes for every
// import, in simulated time: when something waits, time passes. What is counted are calls and simulated minutes.
func BenchmarkReality(b *testing.B) {
	for range b.N {
		reality(b, sizes(b)[0])
	}
}

func reality(b *testing.B, n int) {
	s := sim.New(b, sim.Config{Settings: brevosandbox.Settings{
		Tier: "general", ImportFixed: brevosandbox.Duration(2 * time.Minute),
	}, Account: brevosandbox.Account{
		Lists: []brevosandbox.AccountList{{Name: "Members"}}, Attributes: []brevosandbox.AccountAttribute{{Name: "CITY"}, {Name: "POINTS", Type: "float"}},
	}})
	defer s.Close()
	source, export := defineSim(b, s, n)
	say(b, "General tier, 120 s for an import, %d members, simulated time:", n)
	say(b, "| run | simulated time | looks at processes | answers 429 | calls |\n|---|---|---|---|---|")
	first := realRun(b, s, export, "first export")
	require.EqualValues(b, n, first.receipt.Added)
	population{n, 1}.write(b, filepath.Join(s.Files, "people.csv"))
	_, err := s.Sources.Ingest(context.Background(), source, false)
	require.NoError(b, err)
	_, err = s.Sources.Build(context.Background())
	require.NoError(b, err)
	s.Clock.Advance(24 * time.Hour)
	day := realRun(b, s, export, "1 % changed, 1 % left")
	require.EqualValues(b, n/100, day.receipt.Updated)
	require.EqualValues(b, n/100, day.receipt.Removed)
	imports := first.calls["import"]
	say(b, "Arithmetic: %d imports of 120 s are %s, one after the other; the rest is looking, reading back and posting.", imports, time.Duration(imports)*2*time.Minute)
	b.ReportMetric(first.took.Minutes(), "simulated-min-first")
	b.ReportMetric(day.took.Minutes(), "simulated-min-1%")
	b.ReportMetric(float64(first.calls["processes"]), "looks-first")
	b.ReportMetric(float64(first.limited+day.limited), "429s")
	require.Zero(b, first.limited+day.limited, "no 429 is caused by us")
}

// simulated is what a run took in simulated time.
type simulated struct {
	took    time.Duration
	receipt activation.Receipt
	calls   map[string]int
	limited int
}

func realRun(b *testing.B, s *sim.Sim, export activation.ExportID, name string) simulated {
	b.Helper()
	s.Sandbox.ResetRequests()
	began := s.Clock.Now()
	run := s.Run(export)
	require.Equal(b, activation.StatusSuccessful, run.Status, run.Error)
	out := simulated{took: s.Clock.Now().Sub(began), receipt: *run.Receipt, calls: map[string]int{}}
	for kind, c := range s.Sandbox.Requests() {
		out.calls[kind] = c.Calls
		out.limited += c.Statuses[http.StatusTooManyRequests]
	}
	say(b, "| %s | %s | %d | %d | %s |", name, out.took.Round(time.Second), out.calls["processes"], out.limited, callList(out.calls))
	return out
}

// defineSim makes everything an export of the first day's population needs.
func defineSim(b *testing.B, s *sim.Sim, n int) (activation.SourceID, activation.ExportID) {
	b.Helper()
	ctx := context.Background()
	population{n, 0}.write(b, filepath.Join(s.Files, "people.csv"))
	fields := []activation.Field{
		{Name: "email", Type: activation.TypeText, Semantic: activation.SemanticEmail}, {Name: "first_name", Type: activation.TypeText},
		{Name: "last_name", Type: activation.TypeText}, {Name: "phone", Type: activation.TypeText, Semantic: activation.SemanticPhone},
		{Name: "city", Type: activation.TypeText}, {Name: "points", Type: activation.TypeNumber}, {Name: "member", Type: activation.TypeText},
	}
	options := map[string]activation.ColumnOption{}
	for i, f := range fields {
		fields[i].Column = f.Name
		options[f.Name] = activation.ColumnOption{Type: f.Type}
	}
	src, err := s.Sources.Create(ctx, activation.Source{Name: "People", Kind: activation.SourceCSV, Path: filepath.Join(s.Files, "people.csv"), Columns: options})
	require.NoError(b, err)
	_, err = s.Sources.Ingest(ctx, src.ID, false)
	require.NoError(b, err)
	_, err = s.Sources.PutProfile(ctx, activation.ProfileDefinition{Source: src.ID, Key: "id", Fields: fields})
	require.NoError(b, err)
	_, err = s.Sources.Build(ctx)
	require.NoError(b, err)
	seg, err := s.Segments.Create(ctx, activation.Segment{Name: "Members", Rules: []activation.SegmentRule{{Rule: activation.Rule{
		Field: "member", Operator: activation.OpEquals, Values: []string{"yes"},
	}}}})
	require.NoError(b, err)
	m := activation.Mapping{Email: "email"}
	for _, c := range columns {
		m.Attributes = append(m.Attributes, activation.AttributeMapping{Attribute: c[0], Field: c[1]})
	}
	e, err := s.Exports.Create(ctx, activation.Export{
		Name: "Members", Connection: s.Connect("Sandbox"), List: 1, Segments: []activation.SegmentID{seg.ID}, Mapping: m, Leavers: activation.LeaversRemove,
	})
	require.NoError(b, err)
	return src.ID, e.ID
}
