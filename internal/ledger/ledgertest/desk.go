// Package ledgertest is the conformance suite of the ledger port: what any ledger must do, rule by rule of
// SEMANTICS.md. It drives the port only; hand-over files are written by an engine of its own.
package ledgertest

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Open opens a ledger for a test; handOver is the folder that hand-over files will lie in. Called again with the same
// dir it opens the same ledger anew.
type Open func(t testing.TB, dir, handOver string) ledger.Ledger

// Day is when the suite's runs happen.
var Day = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// Member is one member of a hand-over.
type Member struct {
	ID, Address, Problem, Winner string
	// Values are those of the winner, in the order of the attributes; empty is missing.
	Values []string
}

// Desk is one account with one ledger.
type Desk struct {
	testing.TB
	L        ledger.Ledger
	Acct     ledger.AccountID
	dir, out string
	open     Open
	pen      *Pen
	runs     int
	process  activation.ProcessID
	Specs    []activation.AttributeSpec
	Zone     string // the export's time zone; empty is UTC
	Clear    bool   // values that are missing are sent as empty ones
	Limits   activation.CallLimits
	Policy   activation.LeaversPolicy
	// Held lets runs through in spite of the brake when false.
	now time.Time
}

// NewDesk opens a fresh ledger.
func NewDesk(t testing.TB, open Open) *Desk {
	t.Helper()
	d := &Desk{
		TB: t, dir: t.TempDir(), out: t.TempDir(), open: open, now: Day, Policy: activation.LeaversRemove,
		Specs:  []activation.AttributeSpec{{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "SMS", Type: activation.AttributeIdentifier}},
		Limits: activation.CallLimits{MaxBody: 1 << 20, RowOverhead: 30, MaxRows: 1000, MaxRemovals: 150},
	}
	d.L = open(t, d.dir, d.out)
	d.pen = NewPen(t)
	t.Cleanup(func() { _ = d.L.Close() })
	var err error
	d.Acct, err = d.L.Account(d.ctx(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org"})
	require.NoError(t, err)
	return d
}

func (d *Desk) ctx() context.Context { return context.Background() }

// Reopen closes the ledger and opens it again, as after a crash between two calls.
func (d *Desk) Reopen() {
	d.Helper()
	require.NoError(d, d.L.Close())
	d.L = d.open(d.TB, d.dir, d.out)
}

// Later moves the desk's clock.
func (d *Desk) Later(by time.Duration) { d.now = d.now.Add(by) }

// Plan plans a run over the members and the refused addresses.
func (d *Desk) Plan(export string, list int64, members []Member, refused map[string]string) (activation.RunID, activation.PlanSummary) {
	d.Helper()
	d.runs++
	run := activation.RunID(fmt.Sprintf("run-%03d", d.runs))
	return run, d.PlanAs(run, export, list, members, refused)
}

// PlanAs plans under a given run id.
func (d *Desk) PlanAs(run activation.RunID, export string, list int64, members []Member, refused map[string]string) activation.PlanSummary {
	d.Helper()
	sum, err := d.L.Plan(d.ctx(), d.request(run, export, list, members, refused))
	require.NoError(d, err)
	return sum
}

func (d *Desk) request(run activation.RunID, export string, list int64, members []Member, refused map[string]string) ledger.PlanRequest {
	d.Helper()
	stem := filepath.Join(d.out, string(run))
	r := ledger.PlanRequest{
		Run: run, Account: d.Acct, Export: activation.ExportID(export), List: activation.ListID(list),
		MembersPath: stem + ".members.parquet", AddressesPath: stem + ".addresses.parquet", RefusalsPath: stem + ".refusals.parquet",
		Attributes: d.Specs, True: `"Yes"`, False: `"No"`, Zone: d.Zone, Clear: d.Clear, Leavers: d.Policy, Limits: d.Limits, At: d.now, AsOf: d.now, DataAt: d.now,
		DefinitionHash: "definition",
		Brake:          ledger.Brake{RemoveShare: 0.3, RemoveAtLeast: 50, GrowFactor: 3, GrowAtLeast: 1000, UpdateShare: 0.5, UpdateAtLeast: 1000},
	}
	d.pen.Write(d, r.MembersPath, "profile_id, address, problem, winner", memberRows(members))
	d.pen.Write(d, r.AddressesPath, "address, profile_id"+columns("v", len(d.Specs))+columns("p", len(d.Specs)), addressRows(members, refused, len(d.Specs)))
	rows := [][]string{}
	for a, why := range refused {
		rows = append(rows, []string{a, why})
	}
	d.pen.Write(d, r.RefusalsPath, "address, reason", rows)
	return r
}

func columns(prefix string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", %s%d", prefix, i)
	}
	return b.String()
}

func memberRows(members []Member) (rows [][]string) {
	for _, m := range members {
		winner := m.Winner
		if winner == "" && m.Address != "" {
			winner = m.ID
		}
		rows = append(rows, []string{m.ID, m.Address, m.Problem, winner})
	}
	return rows
}

func addressRows(members []Member, refused map[string]string, width int) (rows [][]string) {
	seen := map[string]bool{}
	for _, m := range members {
		if m.Address == "" || refused[m.Address] != "" || seen[m.Address] {
			continue
		}
		seen[m.Address] = true
		row := []string{m.Address, m.Winner}
		if m.Winner == "" {
			row[1] = m.ID
		}
		for i := range width {
			v := ""
			if i < len(m.Values) {
				v = m.Values[i]
			}
			row = append(row, v)
		}
		rows = append(rows, append(row, make([]string, width)...))
	}
	return rows
}

// Sent is what went out in a run.
type Sent struct {
	Imports  map[string]string // address -> attributes
	Removals map[int64][]string
	Calls    []ledger.BatchKind
}

// Settle sends every batch of the run; rejected addresses are reported by the destination.
func (d *Desk) Settle(run activation.RunID, rejected ...string) Sent {
	d.Helper()
	s := Sent{Imports: map[string]string{}, Removals: map[int64][]string{}}
	for {
		b, ok, err := d.L.NextBatch(d.ctx(), run)
		require.NoError(d, err)
		if !ok {
			return s
		}
		require.Equal(d, ledger.BatchReady, b.State)
		s.Calls = append(s.Calls, b.Kind)
		require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, d.process, d.now))
		if b.Kind == ledger.BatchRemoval {
			list, err := d.L.BatchRemovals(d.ctx(), b.ID)
			require.NoError(d, err)
			for _, a := range list {
				s.Removals[int64(b.List)] = append(s.Removals[int64(b.List)], string(a))
			}
			require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
			continue
		}
		d.process++
		require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, d.process))
		rows, err := d.L.BatchRows(d.ctx(), b.ID)
		require.NoError(d, err)
		var named []ledger.Rejection
		for _, r := range rows {
			s.Imports[string(r.Address)] = string(r.Attributes)
			if slices.Contains(rejected, string(r.Address)) {
				named = append(named, ledger.Rejection{Address: r.Address, Why: "invalid_emails: bad"})
			}
		}
		require.NoError(d, d.L.Settle(d.ctx(), b.ID, named, d.now))
	}
}

// Finish ends a run and returns its receipt.
func (d *Desk) Finish(run activation.RunID) activation.Receipt {
	d.Helper()
	rc, err := d.L.Finish(d.ctx(), run, d.now)
	require.NoError(d, err)
	require.NoError(d, rc.Check())
	again, err := d.L.Finish(d.ctx(), run, d.now.Add(time.Hour))
	require.NoError(d, err)
	require.Equal(d, rc, again, "finishing twice gives the same receipt")
	return rc
}

// Do plans, sends and finishes a run.
func (d *Desk) Do(export string, list int64, members []Member, refused map[string]string) (Sent, activation.Receipt) {
	d.Helper()
	run, _ := d.Plan(export, list, members, refused)
	s := d.Settle(run)
	return s, d.Finish(run)
}

// Mirror lets the mirror show contacts as opted out, or as subscribed.
func (d *Desk) Mirror(contacts ...ledger.MirrorContact) {
	d.Helper()
	for i := range contacts {
		if contacts[i].Contact == 0 {
			contacts[i].Contact = int64(1000 + i)
		}
	}
	require.NoError(d, d.L.PutMirror(d.ctx(), d.Acct, d.now.UnixMicro(), contacts))
	require.NoError(d, d.L.FinishMirror(d.ctx(), d.Acct, d.now.UnixMicro(), false, d.now, d.now))
}

// Note notes the people on a list.
func (d *Desk) Note(list int64, export string, takeOver bool, people ...string) int64 {
	d.Helper()
	n, err := d.L.NoteList(d.ctx(), d.Acct, activation.ListID(list), activation.ExportID(export), takeOver, seq(people), d.now)
	require.NoError(d, err)
	return n
}

func seq(people []string) iter.Seq2[activation.Email, error] {
	return func(yield func(activation.Email, error) bool) {
		for _, p := range people {
			if !yield(activation.Email(p), nil) {
				return
			}
		}
	}
}

// person is a member whose address is its own.
func person(id, address string, values ...string) Member {
	return Member{ID: id, Address: address, Values: values}
}
