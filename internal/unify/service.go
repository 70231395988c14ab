// Package unify owns how several tables become one table of profiles: the definition, what people say of pairs of rows, and the answers
// to who was matched with whom and why. It knows no file, no export and no HTTP; matching and merging are the warehouse's work, and
// building is asked for where one table is built too, in package ingest.
package unify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Config is what a Service needs. All of it is required.
type Config struct {
	Store     store.Store
	Warehouse warehouse.Unifier
	Clock     func() time.Time
}

// Service owns the unification. It is safe for concurrent use.
type Service struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Warehouse == nil || cfg.Clock == nil {
		return nil, errors.New("unify: the configuration is incomplete")
	}
	return &Service{cfg}, nil
}

// Get returns the definition of the profile.
func (s *Service) Get(ctx context.Context) (d activation.ProfileDefinition, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		d, err = r.Profile(ctx)
		return err
	})
	return d, err
}

// Put checks a definition against the tables and stores it; Version is 0 for the first, else as read. One table without rules is no
// unification: its keys are the ids. The profiles themselves change with the next build.
func (s *Service) Put(ctx context.Context, d activation.ProfileDefinition) (activation.ProfileDefinition, error) {
	d.UpdatedAt, d.Build = s.cfg.Clock().UTC(), nil
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if err := settle(ctx, tx, &d); err != nil {
			return err
		}
		return tx.PutProfile(ctx, d)
	})
	if err != nil {
		return d, fmt.Errorf("set the unification: %w", err)
	}
	return s.Get(ctx)
}

// settle completes a definition and checks it: whose keys are ids never changes once it is stored.
func settle(ctx context.Context, r store.Reader, d *activation.ProfileDefinition) error {
	if d.Unify == nil {
		d.Unify = &activation.Unification{}
	}
	u := *d.Unify
	d.Unify = &u
	switch was, err := r.Profile(ctx); activation.CodeOf(err) {
	case activation.CodeNotFound:
		u.Origin = activation.Origin{Source: d.Source, Key: d.Key}
	case "":
		u.Origin = activation.Origin{Source: was.Source, Key: was.Key}
		if was.Unify != nil {
			u.Origin = was.Unify.Origin
		}
	default:
		return err
	}
	if len(u.Tables) == 0 && len(u.Rules) == 0 {
		d.Unify = nil
	}
	if err := d.Validate(); err != nil {
		return err
	}
	for i, t := range d.AllTables() {
		if err := checkTable(ctx, r, t, fmt.Sprintf("tables[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func checkTable(ctx context.Context, r store.Reader, t activation.UnifyTable, at string) error {
	src, err := r.Source(ctx, t.Source)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return activation.Errorf(activation.CodeInvalid, "there is no such source").WithField(at + ".source_id")
	}
	if err != nil {
		return err
	}
	if src.Ingest == nil || len(src.Ingest.Columns) == 0 {
		return activation.Errorf(activation.CodeNotReady, "the source %q has not been taken over yet", src.Name).
			WithRemedy("Ingest it first: segue source ingest")
	}
	has := func(name string) bool {
		return slices.ContainsFunc(src.Ingest.Columns, func(c activation.Column) bool { return c.Name == name })
	}
	if !has(t.Key) {
		return activation.Errorf(activation.CodeInvalid, "the table %q has no column %q", src.Name, t.Key).WithField(at + ".key")
	}
	for _, column := range t.Columns {
		if !has(column) {
			return activation.Errorf(activation.CodeInvalid, "the table %q has no column %q", src.Name, column).WithField(at + ".columns")
		}
	}
	return nil
}

// request asks for a definition to be unified as things are now.
func (s *Service) request(ctx context.Context, d activation.ProfileDefinition) (q warehouse.UnifyRequest, err error) {
	q = warehouse.UnifyRequest{Definition: d, At: s.cfg.Clock().UTC()}
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		q.Pairs, err = store.Every(func(p store.Page) ([]activation.MatchPair, string, error) { return r.MatchPairs(ctx, p) })
		return err
	})
	return q, err
}

// Preview tells what a definition would make of the tables as they are now. Nothing is stored.
func (s *Service) Preview(ctx context.Context, d activation.ProfileDefinition, samples int) (warehouse.UnifyPreview, error) {
	err := s.cfg.Store.View(ctx, func(r store.Reader) error { return settle(ctx, r, &d) })
	if err != nil {
		return warehouse.UnifyPreview{}, err
	}
	if d.Unify == nil {
		d.Unify = &activation.Unification{Origin: activation.Origin{Source: d.Source, Key: d.Key}}
	}
	q, err := s.request(ctx, d)
	if err != nil {
		return warehouse.UnifyPreview{}, err
	}
	return s.cfg.Warehouse.PreviewUnify(ctx, q, samples)
}

// unified returns the definition, and fails where there is one table.
func (s *Service) unified(ctx context.Context) (activation.ProfileDefinition, error) {
	d, err := s.Get(ctx)
	if err == nil && d.Unify == nil {
		err = activation.Errorf(activation.CodeNotReady, "profiles are made from one table, nothing is unified").WithRemedy("Say what is unified first: segue profile unify set")
	}
	return d, err
}

// Explain tells why two rows match or do not.
func (s *Service) Explain(ctx context.Context, a, b activation.RowRef) (warehouse.Explanation, error) {
	d, err := s.unified(ctx)
	if err != nil {
		return warehouse.Explanation{}, err
	}
	q, err := s.request(ctx, d)
	if err != nil {
		return warehouse.Explanation{}, err
	}
	return s.cfg.Warehouse.Explain(ctx, q, a, b)
}

// Clusters returns profiles of several rows, ordered by id.
func (s *Service) Clusters(ctx context.Context, q warehouse.ClusterQuery) ([]warehouse.Cluster, error) {
	return s.cfg.Warehouse.Clusters(ctx, q)
}

// Pairs lists what people said of rows, the oldest first.
func (s *Service) Pairs(ctx context.Context, p store.Page) (list []activation.MatchPair, next string, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, next, err = r.MatchPairs(ctx, p)
		return err
	})
	return list, next, err
}

// Changes lists what happened to the ids of profiles, newest first.
func (s *Service) Changes(ctx context.Context, p store.Page) (list []activation.ProfileChange, next string, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, next, err = r.ProfileChanges(ctx, p)
		return err
	})
	return list, next, err
}

// PutPair stores what somebody says of two rows. It holds from the next build on.
func (s *Service) PutPair(ctx context.Context, p activation.MatchPair) (activation.MatchPair, error) {
	list, err := s.putPairs(ctx, []activation.MatchPair{p})
	if err != nil {
		return activation.MatchPair{}, err
	}
	return list[0], nil
}

func (s *Service) putPairs(ctx context.Context, list []activation.MatchPair) ([]activation.MatchPair, error) {
	d, err := s.unified(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return nil, err
		}
		for n, r := range []activation.RowRef{list[i].A, list[i].B} {
			if _, ok := d.TableOf(r.Source); !ok {
				return nil, activation.Errorf(activation.CodeInvalid, "profiles are not made from this source").WithField(string("ab"[n]) + ".source_id")
			}
		}
		list[i] = list[i].Ordered()
		list[i].At = s.cfg.Clock().UTC()
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		for _, p := range list {
			if err := tx.PutMatchPair(ctx, p); err != nil {
				return err
			}
		}
		n, err := tx.CountMatchPairs(ctx)
		if err == nil && n > activation.MaxMatchPairs {
			err = activation.Errorf(activation.CodeInvalid, "there can be at most %d pairs", activation.MaxMatchPairs).WithRemedy("Mend the rules, or the rows in the sources")
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store what is said of rows: %w", err)
	}
	return list, nil
}

// DeletePair forgets what was said of two rows.
func (s *Service) DeletePair(ctx context.Context, a, b activation.RowRef) error {
	p := activation.MatchPair{A: a, B: b}.Ordered()
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteMatchPair(ctx, p.A, p.B) }); err != nil {
		return fmt.Errorf("forget what was said of rows: %w", err)
	}
	return nil
}

// maxSeparated is from how many other rows one can be taken apart in one go.
const maxSeparated = 1_000

// Separate takes a row out of its profile: it is said to be never one with each of the other rows. It holds from the next build on.
func (s *Service) Separate(ctx context.Context, profile string, row activation.RowRef, by string) ([]activation.MatchPair, error) {
	list, err := s.cfg.Warehouse.Clusters(ctx, warehouse.ClusterQuery{Profile: profile, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, activation.Errorf(activation.CodeNotFound, "there is no such profile").WithField("profile")
	}
	rows := list[0].Rows
	if !slices.ContainsFunc(rows, func(r warehouse.ClusterRow) bool { return r.Row == row }) {
		return nil, activation.Errorf(activation.CodeInvalid, "the profile has no such row").WithField("row").
			WithRemedy("See its rows: segue profile unify clusters --profile")
	}
	if len(rows) < 2 {
		return nil, activation.Errorf(activation.CodeInvalid, "it is the only row of the profile").WithField("row")
	}
	if len(rows)-1 > maxSeparated {
		return nil, activation.Errorf(activation.CodeInvalid, "the profile has %d rows, too many to take one out by hand", len(rows)).
			WithRemedy("Mend the rule that joined them")
	}
	var pairs []activation.MatchPair
	for _, r := range rows {
		if r.Row != row {
			pairs = append(pairs, activation.MatchPair{A: row, B: r.Row, Kind: activation.PairNever, By: by})
		}
	}
	return s.putPairs(ctx, pairs)
}

// Suggest makes a definition from what was guessed of the columns of tables, the first one first: columns that mean the same, or else have
// the same name, feed one field. Rules are proposed for what usually names a person. A person looks at it before it is stored.
func (s *Service) Suggest(ctx context.Context, first activation.ProfileDefinition, further []activation.SourceID) (activation.ProfileDefinition, error) {
	d := first
	u := activation.Unification{Origin: activation.Origin{Source: d.Source, Key: d.Key}}
	d.Unify = &u
	err := s.cfg.Store.View(ctx, func(r store.Reader) error {
		for _, id := range further {
			src, err := r.Source(ctx, id)
			if err != nil {
				return err
			}
			if src.Ingest == nil || len(src.Ingest.Columns) == 0 {
				return activation.Errorf(activation.CodeNotReady, "the source %q has not been taken over yet", src.Name).WithRemedy("Ingest it first: segue source ingest")
			}
			u.Tables = append(u.Tables, suggestTable(&d, src))
		}
		return nil
	})
	u.Rules = suggestRules(d)
	return d, err
}

// suggestTable maps the columns of a table; what no field means yet becomes a field.
func suggestTable(d *activation.ProfileDefinition, src activation.Source) activation.UnifyTable {
	t := activation.UnifyTable{Source: src.ID, Key: src.Ingest.Columns[0].Name, Columns: map[string]string{}}
	for _, c := range src.Ingest.Columns {
		i, name := -1, activation.FieldName(c.Name, func(name string) bool { return t.Columns[name] != "" })
		if c.Guess != activation.SemanticNone {
			i = slices.IndexFunc(d.Fields, func(f activation.Field) bool { return f.Semantic == c.Guess && f.Type == c.Type })
		}
		if i < 0 || t.Columns[d.Fields[i].Name] != "" {
			i = slices.IndexFunc(d.Fields, func(f activation.Field) bool { return strings.EqualFold(f.Name, name) })
		}
		switch {
		case i >= 0 && d.Fields[i].Type == c.Type && t.Columns[d.Fields[i].Name] == "":
			t.Columns[d.Fields[i].Name] = c.Name
		case i < 0 && !strings.EqualFold(c.Name, "profile_id"):
			f := activation.Field{Name: name, Type: c.Type, Semantic: c.Guess}
			if _, taken := d.FieldMeaning(c.Guess); taken || !c.Guess.Accepts(c.Type) {
				f.Semantic = activation.SemanticNone
			}
			d.Fields = append(slices.Clone(d.Fields), f)
			t.Columns[f.Name] = c.Name
		}
	}
	return t
}

// suggestRules proposes the e-mail address, then the phone with a similar name.
func suggestRules(d activation.ProfileDefinition) (rules []activation.MatchRule) {
	if f, ok := d.FieldMeaning(activation.SemanticEmail); ok {
		rules = append(rules, activation.MatchRule{Name: "Same e-mail", Conditions: []activation.MatchCondition{{Field: f.Name, Kind: activation.MatchNormalised}}})
	}
	phone, hasPhone := d.FieldMeaning(activation.SemanticPhone)
	name, hasName := d.FieldMeaning(activation.SemanticLastName)
	if hasPhone && hasName {
		rules = append(rules, activation.MatchRule{Name: "Same phone, similar name", Conditions: []activation.MatchCondition{
			{Field: phone.Name, Kind: activation.MatchNormalised}, {Field: name.Name, Kind: activation.MatchSimilar, Similarity: 0.9},
		}})
	}
	return rules
}
