package httpapi

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// engine is a small warehouse: one table of text, profiles as the definition says, segments of one "equals".
type engine struct {
	warehouse.Warehouse
	mu       sync.Mutex
	table    [][]string // the header first
	profiles []warehouse.Profile
	bad      []warehouse.BadRow
	fail     error
}

// LoadCSV implements warehouse.Warehouse.
func (e *engine) LoadCSV(_ context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return activation.Ingest{}, e.fail
	}
	rows, err := read(r.Path)
	if err != nil {
		return activation.Ingest{}, err
	}
	e.table = rows
	return activation.Ingest{At: r.At, Rows: int64(len(rows) - 1), Quarantined: int64(len(e.bad)), Columns: columns(rows[0]), DurationMS: 1}, nil
}

func read(path string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, activation.Errorf(activation.CodeSourceRefused, "the file cannot be read as CSV")
	}
	return rows, nil
}

func columns(header []string) []activation.Column {
	var out []activation.Column
	for _, h := range header {
		c := activation.Column{Name: h, Type: activation.TypeText}
		switch h {
		case "mail":
			c.Guess = activation.SemanticEmail
		case "points":
			c.Type = activation.TypeNumber
		}
		out = append(out, c)
	}
	return out
}

// PreviewCSV implements warehouse.Warehouse.
func (e *engine) PreviewCSV(_ context.Context, r warehouse.LoadRequest, n int) (warehouse.Preview, error) {
	rows, err := read(r.Path)
	if err != nil {
		return warehouse.Preview{}, err
	}
	return warehouse.Preview{Columns: columns(rows[0]), Rows: rows[1:min(len(rows), n+1)]}, nil
}

// Quarantine implements warehouse.Warehouse.
func (e *engine) Quarantine(_ context.Context, _ activation.SourceID, offset, limit int) ([]warehouse.BadRow, error) {
	return e.bad[min(offset, len(e.bad)):min(offset+limit, len(e.bad))], nil
}

// DropTable implements warehouse.Warehouse.
func (e *engine) DropTable(context.Context, activation.SourceID) error { return nil }

// BuildProfiles implements warehouse.Warehouse.
func (e *engine) BuildProfiles(_ context.Context, d activation.ProfileDefinition, at time.Time) (activation.ProfileBuild, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.profiles = nil
	for _, row := range e.table[1:] {
		p := warehouse.Profile{ID: row[slices.Index(e.table[0], d.Key)]}
		for _, f := range d.Fields {
			p.Fields = append(p.Fields, f.Name)
			p.Values = append(p.Values, row[slices.Index(e.table[0], f.Column)])
		}
		e.profiles = append(e.profiles, p)
	}
	return activation.ProfileBuild{At: at, Profiles: int64(len(e.profiles)), Snapshot: 1, DurationMS: 1}, nil
}

// Profiles implements warehouse.Warehouse.
func (e *engine) Profiles(_ context.Context, search, after string, limit int) ([]warehouse.Profile, error) {
	return e.matching(after, limit, func(p warehouse.Profile) bool {
		return strings.Contains(p.ID+"\n"+strings.Join(p.Values, "\n"), search)
	}), nil
}

func (e *engine) matching(after string, limit int, ok func(warehouse.Profile) bool) []warehouse.Profile {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []warehouse.Profile
	for _, p := range e.profiles {
		if p.ID > after && ok(p) && len(out) < limit {
			out = append(out, p)
		}
	}
	return out
}

// Profile implements warehouse.Warehouse.
func (e *engine) Profile(_ context.Context, id string) (warehouse.Profile, error) {
	for _, p := range e.matching("", 1000, func(p warehouse.Profile) bool { return p.ID == id }) {
		return p, nil
	}
	return warehouse.Profile{}, activation.Errorf(activation.CodeNotFound, "there is no such profile")
}

// FieldStats implements warehouse.Warehouse.
func (e *engine) FieldStats(_ context.Context, field string, top int) (warehouse.FieldStats, error) {
	counts := map[string]int64{}
	for _, p := range e.profiles {
		i := slices.Index(p.Fields, field)
		if i < 0 {
			return warehouse.FieldStats{}, activation.Errorf(activation.CodeNotFound, "the profile has no field %q", field)
		}
		counts[p.Values[i]]++
	}
	s := warehouse.FieldStats{Profiles: int64(len(e.profiles)), Distinct: int64(len(counts))}
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		if len(s.Top) < top {
			s.Top = append(s.Top, warehouse.ValueCount{Value: v, Count: counts[v]})
		}
	}
	return s, nil
}

func selects(s activation.Segment) func(warehouse.Profile) bool {
	c := s.Rules[0].Rule
	return func(p warehouse.Profile) bool {
		i := slices.Index(p.Fields, c.Field)
		return i >= 0 && len(c.Values) == 1 && strings.EqualFold(p.Values[i], c.Values[0])
	}
}

// Count implements warehouse.Warehouse.
func (e *engine) Count(_ context.Context, ev warehouse.Evaluation) (warehouse.Counts, error) {
	if e.fail != nil {
		return warehouse.Counts{}, e.fail
	}
	n := int64(len(e.matching("", 1000, selects(ev.Segment))))
	return warehouse.Counts{Members: n, Rules: []int64{n}}, nil
}

// Sample implements warehouse.Warehouse.
func (e *engine) Sample(_ context.Context, ev warehouse.Evaluation, after string, limit int) ([]warehouse.Profile, error) {
	return e.matching(after, limit, selects(ev.Segment)), nil
}

const (
	goodKey  = "xkeysib-made-up-for-tests-good"
	otherKey = "xkeysib-made-up-for-tests-other"
)

// account is a small destination with one account for each known key.
type account struct {
	destination.Destination
	mu         sync.Mutex
	lists      []destination.List
	attributes []destination.Attribute
}

func newAccount() *account {
	return &account{
		lists:      []destination.List{{ID: 7, Name: "VIP", Folder: "Marketing", Size: 3}, {ID: 9, Name: "Everyone"}},
		attributes: []destination.Attribute{{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "SMS", Type: activation.AttributeIdentifier}},
	}
}

func (a *account) dial(key string) destination.Destination { return &login{a, key} }

// login is an account seen through a key.
type login struct {
	*account
	key string
}

// Account implements destination.Destination.
func (l *login) Account(context.Context) (activation.AccountDetails, error) {
	switch l.key {
	case goodKey:
		return activation.AccountDetails{Account: activation.Account{OrganizationID: "org-1"}, Company: "Primjer d.o.o.", Plan: "business", Credits: "1,000"}, nil
	case otherKey:
		return activation.AccountDetails{Account: activation.Account{OrganizationID: "org-2"}, Company: "Drugi d.o.o."}, nil
	}
	return activation.AccountDetails{}, &destination.Error{
		Outcome: destination.Refused, Code: activation.CodeBadCredentials, Status: 401, Kind: "account", Message: "the key is not known", Remedy: "Make a new key",
	}
}

// List implements destination.Destination.
func (l *login) List(_ context.Context, id activation.ListID) (destination.List, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range l.lists {
		if x.ID == id {
			return x, nil
		}
	}
	return destination.List{}, &destination.Error{Outcome: destination.Refused, Code: activation.CodeListMissing, Status: 404, Kind: "list", Message: "no such list"}
}

// Lists implements destination.Destination.
func (l *login) Lists(context.Context) ([]destination.List, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lists), nil
}

// Attributes implements destination.Destination.
func (l *login) Attributes(context.Context) ([]destination.Attribute, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.attributes), nil
}

// CreateList implements destination.ListCreator.
func (l *login) CreateList(_ context.Context, name string, _ int64) (destination.List, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := destination.List{ID: activation.ListID(100 + len(l.lists)), Name: name}
	l.lists = append(l.lists, n)
	return n, nil
}

// Folders implements destination.ListCreator.
func (l *login) Folders(context.Context) ([]destination.Folder, error) { return nil, nil }

// CreateAttribute implements destination.AttributeCreator.
func (l *login) CreateAttribute(_ context.Context, a destination.Attribute) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attributes = append(l.attributes, a)
	return nil
}

// book is a small ledger that holds rows it was given.
type book struct {
	ledger.Ledger
	rows      []ledger.RunRow
	standings []ledger.Standing
	batches   []ledger.Batch
	fail      error
}

// Rows implements ledger.Reader.
func (b *book) Rows(_ context.Context, _ activation.RunID, f ledger.RowFilter) ([]ledger.RunRow, error) {
	if b.fail != nil {
		return nil, b.fail
	}
	var out []ledger.RunRow
	for _, r := range b.rows {
		ok := r.Number > f.After && (f.Bucket == "" || r.Bucket == f.Bucket) && (f.Reason == "" || r.Reason == f.Reason)
		if ok && len(out) < cmp.Or(f.Limit, 100) {
			out = append(out, r)
		}
	}
	return out, nil
}

// AddressRows implements ledger.Reader.
func (b *book) AddressRows(_ context.Context, e activation.Email, _ int) ([]ledger.RunRow, error) {
	return slices.DeleteFunc(slices.Clone(b.rows), func(r ledger.RunRow) bool { return r.Address != e }), nil
}

// Standings implements ledger.Reader.
func (b *book) Standings(context.Context, activation.Email) ([]ledger.Standing, error) {
	return b.standings, nil
}

// BatchesOf implements ledger.Reader.
func (b *book) BatchesOf(context.Context, activation.RunID) ([]ledger.Batch, error) {
	return b.batches, b.fail
}

// Orphan implements ledger.Accounts.
func (b *book) Orphan(context.Context, activation.ExportID, time.Time) error { return nil }

// Discard implements ledger.Runs.
func (b *book) Discard(context.Context, activation.RunID) error { return nil }

// closedStore is a control store that does not answer.
type closedStore struct{}

// View implements definitions.
func (closedStore) View(context.Context, func(store.Reader) error) error {
	return errors.New("database is closed")
}
