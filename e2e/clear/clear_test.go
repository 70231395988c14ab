package clear

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/e2e/sim"
	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/connection"
)

const people = 40

// stage is a simulation with an export of people with every type of attribute.
type stage struct {
	*sim.Sim
	t      *testing.T
	conn   activation.ConnectionID
	source activation.SourceID
	export activation.ExportID
}

func newStage(t *testing.T, settings brevosandbox.Settings) *stage {
	t.Helper()
	s := &stage{t: t, Sim: sim.New(t, sim.Config{Settings: settings, Account: brevosandbox.Account{
		Lists: []brevosandbox.AccountList{{Name: "VIP"}},
		Attributes: []brevosandbox.AccountAttribute{
			{Name: "CITY", Type: "text"}, {Name: "SCORE", Type: "float"}, {Name: "VIP", Type: "boolean"}, {Name: "POINTS", Type: "float"}, {Name: "DAY", Type: "date"},
			{Name: "CLASS", Category: "category", Options: []string{"First", "Second"}}, {Name: "TAGS", Type: "multiple-choice", Options: []string{"Sea", "Snow"}},
		},
	}})}
	t.Cleanup(s.Close)
	ctx := t.Context()
	s.conn = s.Connect("one")
	s.write("Ana,+3859112345%02d,yes,12.5,2026-11-24,First,Sea;Snow")
	columns := map[string]activation.ColumnOption{}
	var fields []activation.Field
	m := activation.Mapping{Email: "email"}
	for _, f := range [][2]string{{"id", ""}, {"email", ""}, {"name", "FIRSTNAME"}, {"phone", "SMS"}, {"vip", "VIP"}, {"points", "POINTS"}, {"day", "DAY"}, {"class", "CLASS"}, {"tags", "TAGS"}} {
		columns[f[0]] = activation.ColumnOption{Type: activation.TypeText}
		if f[0] == "id" {
			continue
		}
		field := activation.Field{Name: f[0], Column: f[0], Type: activation.TypeText}
		switch f[0] {
		case "email":
			field.Semantic = activation.SemanticEmail
		case "phone":
			field.Semantic = activation.SemanticPhone
		}
		fields = append(fields, field)
		if f[1] != "" {
			m.Attributes = append(m.Attributes, activation.AttributeMapping{Attribute: f[1], Field: f[0]})
		}
	}
	src, err := s.Sources.Create(ctx, activation.Source{Name: "People", Kind: activation.SourceCSV, Path: filepath.Join(s.Files, "people.csv"), MaxShrink: 1, Columns: columns})
	require.NoError(t, err)
	s.source = src.ID
	_, err = s.Sources.Ingest(ctx, src.ID, false)
	require.NoError(t, err)
	_, err = s.Sources.PutProfile(ctx, activation.ProfileDefinition{Source: src.ID, Key: "id", Fields: fields})
	require.NoError(t, err)
	s.build()
	seg, err := s.Segments.Create(ctx, activation.Segment{Name: "all", Rules: []activation.SegmentRule{{Rule: activation.Rule{Field: "email", Operator: activation.OpIsNotEmpty}}}})
	require.NoError(t, err)
	e, err := s.Exports.Create(ctx, activation.Export{
		Name: "all", Connection: s.conn, List: 1, Segments: []activation.SegmentID{seg.ID}, Leavers: activation.LeaversRemove, Mapping: m,
	})
	require.NoError(t, err)
	s.export = e.ID
	return s
}

// write writes everybody with the same values; %02d is the number of the person.
func (s *stage) write(values string) {
	var b strings.Builder
	b.WriteString("id,email,name,phone,vip,points,day,class,tags\n")
	for i := range people {
		v := values
		if strings.Contains(v, "%") {
			v = fmt.Sprintf(v, i)
		}
		fmt.Fprintf(&b, "p%02d,p%02d@example.com,%s\n", i, i, v)
	}
	require.NoError(s.t, os.WriteFile(filepath.Join(s.Files, "people.csv"), []byte(b.String()), 0o600))
}

func (s *stage) build() {
	_, err := s.Sources.Build(context.Background())
	require.NoError(s.t, err)
}

// lost lets everybody's values be gone, and everybody have a city and a score at Brevo that nobody maps.
func (s *stage) lost() {
	s.write(",,,,,,")
	_, err := s.Sources.Ingest(context.Background(), s.source, true)
	require.NoError(s.t, err)
	s.build()
	for i := range people {
		_, err := s.Sandbox.Act(brevosandbox.Action{
			Do: "add_by_hand", List: 1, Emails: []string{fmt.Sprintf("p%02d@example.com", i)}, Attributes: json.RawMessage(`{"CITY":"Split","SCORE":7}`),
		})
		require.NoError(s.t, err)
	}
}

func (s *stage) ask() {
	yes := true
	_, err := s.Connections.Update(context.Background(), s.conn, connection.Change{ClearEmpty: &yes})
	require.NoError(s.t, err)
}

func (s *stage) state() activation.ClearState {
	c, err := s.Connections.Get(context.Background(), s.conn)
	require.NoError(s.t, err)
	return c.ClearEmpty
}

// stored counts the contacts that have a value, by attribute.
func (s *stage) stored() map[string]int {
	var b bytes.Buffer
	require.NoError(s.t, s.Sandbox.WriteContacts("", &b))
	n := map[string]int{}
	for dec := json.NewDecoder(&b); dec.More(); {
		var c struct{ Attributes map[string]any }
		require.NoError(s.t, dec.Decode(&c))
		for name, v := range c.Attributes {
			if v != nil && v != "" {
				n[name]++
			}
		}
	}
	return n
}

func TestS16ClearingEmptiesWhatIsMappedAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, null := range []string{"empty", "absent"} {
		t.Run("null is "+null, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, brevosandbox.Settings{EmptyAbsent: "kept", JSONNull: null})
			run := s.Run(s.export)
			require.Equal(t, activation.StatusSuccessful, run.Status, run.Error)
			s.lost()
			run = s.Run(s.export)
			require.Equal(t, activation.StatusSuccessful, run.Status, run.Error)
			require.Equal(t, people, s.stored()["FIRSTNAME"], "off is the default")
			s.ask()
			run = s.Run(s.export)
			require.Equal(t, activation.StatusSuccessful, run.Status, run.Error)
			require.EqualValues(t, people, run.Receipt.Updated)
			require.Equal(t, activation.ClearOn, s.state())
			require.Equal(t, map[string]int{"CITY": people, "SCORE": people, "SMS": people}, s.stored())
			run = s.Run(s.export)
			require.EqualValues(t, people, run.Receipt.Unchanged)
		})
	}
}

func TestS16WhereEverythingThatIsNotNamedIsEmptiedFivePeopleLoseAValueAndClearingIsOff(t *testing.T) {
	t.Parallel()
	s := newStage(t, brevosandbox.Settings{EmptyAbsent: "cleared"})
	run := s.Run(s.export)
	require.Equal(t, activation.StatusSuccessful, run.Status, run.Error)
	s.lost()
	s.ask()
	run = s.Run(s.export)
	require.Equal(t, activation.StatusFailed, run.Status)
	require.Equal(t, activation.CodeProofFailed, run.ErrorCode)
	require.Contains(t, run.Error, "CITY")
	require.Equal(t, activation.ClearOff, s.state())
	require.Equal(t, people-5, s.stored()["CITY"])
	run = s.Run(s.export)
	require.Equal(t, activation.StatusSuccessful, run.Status, run.Error)
	require.Equal(t, people-5, s.stored()["CITY"])
	require.NotContains(t, s.Logged(), "example.com")
	require.NotContains(t, s.Logged(), "Split")
}
