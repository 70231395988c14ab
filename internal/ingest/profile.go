package ingest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Profile returns the definition of the unified profile.
func (s *Service) Profile(ctx context.Context) (p activation.ProfileDefinition, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err = r.Profile(ctx)
		return err
	})
	return p, err
}

// PutProfile checks a definition against the source's table and stores it; Version is 0 for the first, else as read. How further
// tables are unified with it stays as it is.
// The profiles themselves change with the next build.
func (s *Service) PutProfile(ctx context.Context, p activation.ProfileDefinition) (activation.ProfileDefinition, error) {
	p.UpdatedAt, p.Build = s.cfg.Clock().UTC(), nil
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		was, err := tx.Profile(ctx)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return err
		}
		p.Unify = was.Unify // is changed by package unify
		if err := p.Validate(); err != nil {
			return err
		}
		src, err := tx.Source(ctx, p.Source)
		if activation.CodeOf(err) == activation.CodeNotFound {
			return activation.Errorf(activation.CodeInvalid, "there is no such source").WithField("source")
		}
		if err != nil {
			return err
		}
		if err := checkColumns(p, src); err != nil {
			return err
		}
		return tx.PutProfile(ctx, p)
	})
	if err != nil {
		return p, fmt.Errorf("set the profile: %w", err)
	}
	return s.Profile(ctx)
}

func checkColumns(p activation.ProfileDefinition, src activation.Source) error {
	if src.Ingest == nil || len(src.Ingest.Columns) == 0 {
		return activation.Errorf(activation.CodeNotReady, "the source %q has not been taken over yet", src.Name).
			WithRemedy("Ingest it first: segue source ingest")
	}
	has := func(name string) bool {
		return slices.ContainsFunc(src.Ingest.Columns, func(c activation.Column) bool { return c.Name == name })
	}
	if !has(p.Key) {
		return activation.Errorf(activation.CodeInvalid, "the table has no column %q", p.Key).WithField("key")
	}
	for i, f := range p.Fields {
		if !has(f.Column) && (f.Column != "" || p.Unify == nil) {
			return activation.Errorf(activation.CodeInvalid, "the table has no column %q", f.Column).WithField(fmt.Sprintf("fields[%d].column", i))
		}
	}
	return nil
}

// SuggestProfile makes a definition from what was guessed about the source's columns: every column a field, the one that
// looks most like an id the key. A person looks at it before it is stored.
func (s *Service) SuggestProfile(ctx context.Context, id activation.SourceID) (activation.ProfileDefinition, error) {
	src, err := s.Get(ctx, id)
	if err != nil {
		return activation.ProfileDefinition{}, err
	}
	if src.Ingest == nil || len(src.Ingest.Columns) == 0 {
		return activation.ProfileDefinition{}, activation.Errorf(activation.CodeNotReady, "the source %q has not been taken over yet", src.Name).
			WithRemedy("Ingest it first: segue source ingest")
	}
	p := activation.ProfileDefinition{Source: id, Key: suggestKey(src.Ingest.Columns)}
	once := map[activation.SemanticType]bool{}
	for _, c := range src.Ingest.Columns {
		f := activation.Field{Column: c.Name, Type: c.Type, Semantic: c.Guess}
		f.Name = activation.FieldName(c.Name, func(name string) bool {
			_, taken := p.FieldNamed(name)
			return taken
		})
		if strings.EqualFold(f.Name, "profile_id") {
			continue
		}
		if !f.Semantic.Accepts(f.Type) || once[f.Semantic] {
			f.Semantic = activation.SemanticNone
		}
		switch f.Semantic {
		case activation.SemanticConsent, activation.SemanticUpdatedAt, activation.SemanticCountry:
			once[f.Semantic] = true
		}
		p.Fields = append(p.Fields, f)
	}
	return p, nil
}

var (
	// personID are names that say whose id it is, without regard to case and punctuation.
	personID = regexp.MustCompile(`^(the)?(customer|client|contact|person|user|member|profile|subscriber|kupac|klijent|korisnik|osoba)(id|no|number|nr|key)$`)
	// wordID are names whose last word is id: order_id, orderId, ORDER-ID; not paid, bid or valid.
	wordID = regexp.MustCompile(`[^A-Za-z](id|ID|Id)$|[a-z](Id|ID)$`)
)

// suggestKey chooses the column that is called id, else one that names a person's id, else the first one whose last word is id,
// else the first one.
func suggestKey(columns []activation.Column) string {
	plain := func(name string) string {
		return strings.Map(func(r rune) rune {
			if r == '_' || r == '-' || r == ' ' || r == '.' {
				return -1
			}
			return r
		}, strings.ToLower(name))
	}
	for _, like := range []func(string) bool{
		func(n string) bool { return strings.EqualFold(n, "id") },
		func(n string) bool { return personID.MatchString(plain(n)) },
		wordID.MatchString,
	} {
		if i := slices.IndexFunc(columns, func(c activation.Column) bool { return like(strings.TrimSpace(c.Name)) }); i >= 0 {
			return columns[i].Name
		}
	}
	return columns[0].Name
}

// Build makes the profile table anew and records the outcome.
func (s *Service) Build(ctx context.Context) (activation.ProfileDefinition, error) {
	const lock = activation.SourceID("profiles")
	if !s.take(lock) {
		return activation.ProfileDefinition{}, activation.Errorf(activation.CodeConflict, "the profiles are being built already").
			WithRemedy("Wait until that has ended")
	}
	defer s.give(lock)
	p, err := s.Profile(ctx)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return p, activation.Errorf(activation.CodeNotReady, "the unified profile is not defined yet").WithRemedy("Define it first: segue profile set")
	}
	if err != nil {
		return p, err
	}
	b, changes, err := s.build(ctx, p)
	if err != nil {
		b = activation.ProfileBuild{}
		if p.Build != nil {
			b = *p.Build
		}
		b.Error, b.ErrorCode, b.FailedAt = err.Error(), activation.CodeOf(err), s.cfg.Clock().UTC()
		s.cfg.Log.WarnContext(ctx, "building profiles failed", "code", activation.CodeOf(err), "error", err)
	}
	if rerr := s.cfg.Store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		if err := tx.AddProfileChanges(ctx, changes); err != nil {
			return err
		}
		return tx.SetBuild(ctx, b)
	}); rerr != nil {
		return p, fmt.Errorf("record the build: %w", rerr)
	}
	if err != nil {
		return p, fmt.Errorf("build profiles: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "profiles built", "profiles", b.Profiles, "ms", b.DurationMS)
	return s.Profile(ctx)
}

// build makes the profiles from one table, or unifies several.
func (s *Service) build(ctx context.Context, p activation.ProfileDefinition) (activation.ProfileBuild, []activation.ProfileChange, error) {
	at := s.cfg.Clock().UTC()
	if p.Unify == nil {
		b, err := s.cfg.Warehouse.BuildProfiles(ctx, p, at)
		return b, nil, err
	}
	r := warehouse.UnifyRequest{Definition: p, At: at, Remembered: p.Build != nil && p.Build.Unified != nil, Keys: p.Build != nil && p.Build.Unified == nil && !p.Build.At.IsZero()}
	err := s.cfg.Store.View(ctx, func(rd store.Reader) (err error) {
		r.Pairs, err = store.Every(func(p store.Page) ([]activation.MatchPair, string, error) { return rd.MatchPairs(ctx, p) })
		return err
	})
	if err != nil {
		return activation.ProfileBuild{}, nil, err
	}
	u, err := s.cfg.Warehouse.Unify(ctx, r)
	if err != nil {
		return activation.ProfileBuild{}, nil, err
	}
	n := u.Build.Unified
	s.cfg.Log.InfoContext(ctx, "tables unified", "rows", n.Rows, "profiles", n.Profiles, "merged", n.Merged, "split", n.Split, "refused", n.Refused)
	return u.Build, u.Changes, nil
}
