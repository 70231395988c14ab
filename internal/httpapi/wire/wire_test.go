package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/refresh"
	"segue/internal/warehouse"
)

// anyRule draws a rule tree, be it valid or not.
func anyRule(depth int) *rapid.Generator[activation.Rule] {
	return rapid.Custom(func(t *rapid.T) activation.Rule {
		kind := rapid.IntRange(0, 2).Draw(t, "kind")
		if depth == 0 || kind == 0 {
			return activation.Rule{
				Field: rapid.String().Draw(t, "field"), Operator: activation.Operator(rapid.String().Draw(t, "operator")),
				Values: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "values"), Unit: activation.Unit(rapid.String().Draw(t, "unit")),
			}
		}
		list := rapid.SliceOfN(anyRule(depth-1), 1, 3).Draw(t, "list")
		if kind == 1 {
			return activation.Rule{All: list}
		}
		return activation.Rule{Any: list}
	})
}

func TestRulesSurviveTheWire(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := activation.Segment{Name: "n", Rules: []activation.SegmentRule{
			{Rule: anyRule(3).Draw(t, "first")}, {Combine: activation.Except, Rule: anyRule(2).Draw(t, "second")},
		}}
		b, err := json.Marshal(FromSegment(s))
		if err != nil {
			t.Fatal(err)
		}
		var back SegmentUpdate
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Rules, back.Domain("").Rules); diff != "" {
			t.Fatalf("-sent +back:\n%s", diff)
		}
	})
}

func TestDefinitionsSurviveTheWire(t *testing.T) {
	t.Parallel()
	source := activation.Source{
		ID: "s1", Name: "customers", Kind: activation.SourceCSV, Path: "a.csv", CSV: activation.CSVOptions{Delimiter: ";", Quote: "'", NoHeader: true, Encoding: "utf-8"},
		Columns:    map[string]activation.ColumnOption{"born": {Type: activation.TypeDate, Format: "%d.%m.%Y"}, "points": {Type: activation.TypeNumber, DecimalComma: true}},
		MaxBadRows: 0.5, MaxShrink: 0.25, Version: 3,
	}
	var su SourceUpdate
	rewire(t, FromSource(source), &su)
	require.Equal(t, source, su.Domain("s1"))

	export := activation.Export{
		ID: "e1", Name: "VIP", Connection: "c1", List: 7, Segments: []activation.SegmentID{"b", "a"}, Leavers: activation.LeaversKeep, TakeOver: true,
		TimeZone: "Europe/Zagreb", Mapping: activation.Mapping{Email: "mail", Attributes: []activation.AttributeMapping{{Attribute: "SMS", Field: "phone"}, {Attribute: "FIRSTNAME", Field: "name"}}}, Version: 2,
	}
	var eu ExportUpdate
	rewire(t, FromExport(export, activation.Connection{Name: "Main", Type: activation.DestinationBrevo}, nil, true), &eu)
	require.Equal(t, export, eu.Domain("e1"), "segments and attributes keep their order")

	profile := activation.ProfileDefinition{Source: "s1", Key: "id", Region: "HR", Version: 4, Fields: []activation.Field{
		{Name: "Mail", Column: "mail", Type: activation.TypeText, Semantic: activation.SemanticEmail}, {Name: "Points", Column: "points", Type: activation.TypeNumber},
	}}
	var pi ProfileInput
	rewire(t, ProfileInputFrom(profile, 4), &pi)
	require.Equal(t, profile, pi.Domain())
}

// rewire sends v as JSON and reads it as something else.
func rewire(t *testing.T, v, into any) {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, into))
}

func TestDefaultsAreFilledIn(t *testing.T) {
	t.Parallel()
	require.Equal(t, activation.SourceCSV, SourceInput{}.Domain().Kind)
	require.Equal(t, activation.LeaversRemove, ExportInput{}.Domain().Leavers)
}

func TestTimesAreUTCToTheMicrosecondAndZeroOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 11, 0, 0, 123456789, time.FixedZone("CET", 3600))
	b, err := json.Marshal(FromRun(activation.Run{ID: "r", CreatedAt: at, UpdatedAt: at, Status: activation.StatusQueued}))
	require.NoError(t, err)
	require.Contains(t, string(b), `"created_at":"2026-11-24T10:00:00.123456Z"`)
	require.NotContains(t, string(b), "started_at")
	require.NotContains(t, string(b), "ended_at")
	require.NotContains(t, string(b), "0001-01-01")
}

func TestEmptyThingsHaveNoNulls(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		NewList[activation.Source](nil, "", FromSource), FromSource(activation.Source{Ingest: &activation.Ingest{}}), FromPreview(warehouse.Preview{Rows: [][]string{nil}}),
		FromProfileDefinition(activation.ProfileDefinition{Build: &activation.ProfileBuild{}}), FromProfile(warehouse.Profile{}), FromFieldStats("f", warehouse.FieldStats{}),
		FromSegment(activation.Segment{Rules: []activation.SegmentRule{{}}}), FromCounts(warehouse.Counts{}), FromConnection(activation.Connection{}),
		FromAttribute(destination.Attribute{}), FromExport(activation.Export{}, activation.Connection{}, &activation.Run{}, false), FromPerson(activation.Person{}), FromAuditEntry(activation.AuditEntry{}), FromRun(activation.Run{Plan: &activation.PlanSummary{}, Receipt: &activation.Receipt{}}),
		FromRunRow(ledger.RunRow{}), FromBatch(ledger.Batch{}, nil), FromStanding(ledger.Standing{}), FromList(destination.List{}),
	} {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		require.NotContains(t, string(b), "null", "%T", v)
	}
}

func TestConnectionsOnTheWireHaveNoRoomForTheSealedKey(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(FromConnection(activation.Connection{SealedKey: []byte("sealed"), KeyTail: "abcd"}))
	require.NoError(t, err)
	require.NotContains(t, string(b), "sealed")
	require.NotContains(t, string(b), "c2VhbGVk")
}

func TestPlansAndReceiptsLoseNoNumber(t *testing.T) {
	t.Parallel()
	fill := func(v reflect.Value) {
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Int64 {
				f.SetInt(int64(i + 1))
			}
		}
	}
	var p activation.PlanSummary
	var r activation.Receipt
	fill(reflect.ValueOf(&p).Elem())
	fill(reflect.ValueOf(&r).Elem())
	same := func(domain, wire any) {
		var a, b map[string]any
		rewire(t, domain, &a)
		rewire(t, wire, &b)
		for name, v := range a {
			if _, number := v.(float64); number {
				require.Equal(t, v, b[name], "%T.%s", wire, name)
			}
		}
	}
	same(p, fromPlan(p))
	same(r, fromReceipt(r))
}

func TestEveryEnumIsComplete(t *testing.T) {
	t.Parallel()
	require.Len(t, Operator("").Schema(nil).Enum, len(activation.Operators()))
	require.Len(t, FieldType("").Schema(nil).Enum, len(activation.FieldTypes()))
	require.Len(t, SemanticType("").Schema(nil).Enum, len(activation.SemanticTypes()))
	for _, e := range RunStatus("").Schema(nil).Enum {
		require.Equal(t, strings.ToLower(e.(string)), e)
	}
	require.Len(t, AttributeType("").Schema(nil).Enum, 7)
}

func TestWaitingForSomebodyIsNoneOfARunsWork(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 6, 0, 0, 0, time.UTC)
	took := func(r refresh.TaskRun) int64 {
		return FromStatus([]refresh.TaskStatus{{Kind: activation.TaskExport, Runs: []refresh.TaskRun{r}}}, at.Add(time.Hour)).Tasks[0].DurationMS
	}
	require.Equal(t, int64(4000), took(refresh.TaskRun{Status: activation.StatusHeld, StartedAt: at, HeldAt: at.Add(4 * time.Second)}))
	require.Equal(t, int64(3_600_000), took(refresh.TaskRun{Status: activation.StatusWaiting, StartedAt: at}))
}

func TestABuildThatFailedTellsOfWhatKindThatIs(t *testing.T) {
	t.Parallel()
	d := FromProfileDefinition(activation.ProfileDefinition{Build: &activation.ProfileBuild{Error: "the key is missing", ErrorCode: activation.CodeSourceRefused}})
	require.Equal(t, &LastFailure{Code: "source_refused", Message: "the key is missing"}, d.Build.Failure)
}
