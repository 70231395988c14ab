// Package ingest owns data sources and the unified profile's definition: where files may lie, when rows are taken
// over, and what the profile table is made from. It knows no segment, no export and no HTTP; reading files is the
// warehouse's work.
package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/secret"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Config is what a Service needs. All but SourceDirs, MaxUpload, Box and Databases are required.
type Config struct {
	Store     store.Store
	Warehouse warehouse.Warehouse
	// SourceDirs are the folders that file sources may lie in, besides UploadDir.
	SourceDirs []string
	// UploadDir is where uploads are kept (0700); DataDir the data folder, in which nothing else may be read.
	UploadDir, DataDir string
	// MaxUpload is the most bytes of an upload. Defaults to 4 GiB.
	MaxUpload int64
	// Box seals passwords of databases, and Databases opens these. Without them there are no database sources.
	Box       secret.Box
	Databases func(Database) (warehouse.Feed, error)
	Clock     func() time.Time
	IDs       func() string
	Log       *slog.Logger
}

// Service owns data sources and the profile's definition. It is safe for concurrent use.
type Service struct {
	cfg  Config
	dirs []string // resolved folders that sources may lie in

	mu   sync.Mutex
	busy map[activation.SourceID]bool
}

// New checks the configuration. Source folders are resolved when they are used, so they may come later.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Warehouse == nil || cfg.UploadDir == "" || cfg.DataDir == "" || cfg.Clock == nil || cfg.IDs == nil || cfg.Log == nil {
		return nil, fmt.Errorf("ingest: the configuration is incomplete")
	}
	if cfg.MaxUpload == 0 {
		cfg.MaxUpload = 4 << 30
	}
	return &Service{cfg: cfg, dirs: append([]string{cfg.UploadDir}, cfg.SourceDirs...), busy: map[activation.SourceID]bool{}}, nil
}

// Create checks a source and its file and stores it; nothing is taken over yet. ID, times and version are set here. A password
// is that of a database.
func (s *Service) Create(ctx context.Context, src activation.Source, password ...string) (activation.Source, error) {
	now := s.cfg.Clock().UTC()
	src.ID, src.CreatedAt, src.UpdatedAt, src.Version, src.Ingest = activation.SourceID(s.cfg.IDs()), now, now, 1, nil
	src.SealedPassword = nil
	if err := s.check(&src); err != nil {
		return activation.Source{}, err
	}
	if err := s.seal(&src, password...); err != nil {
		return activation.Source{}, err
	}
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.CreateSource(ctx, src) }); err != nil {
		return activation.Source{}, fmt.Errorf("create source: %w", err)
	}
	return src, nil
}

// Update changes a source, its name not while queries of segments read it (CodeInUse); src.Version must be the one that was read. Its table stays as it is until the next ingest. A kind
// that is empty stays, and so does the password of a database where none is given and host, user and encryption are the
// same; an empty one is taken away.
func (s *Service) Update(ctx context.Context, src activation.Source, password ...string) (out activation.Source, err error) {
	src.UpdatedAt = s.cfg.Clock().UTC()
	was, err := s.Get(ctx, src.ID)
	if err != nil {
		return activation.Source{}, err
	}
	if src.Kind == "" {
		src.Kind = was.Kind
	}
	if src.Kind != was.Kind && (src.Kind.Database() || was.Kind.Database()) {
		return activation.Source{}, activation.Errorf(activation.CodeInvalid, "a source in a database stays there").WithField("kind").WithRemedy("Add another source")
	}
	if err := s.check(&src); err != nil {
		return activation.Source{}, err
	}
	src.SealedPassword = was.SealedPassword
	if len(password) == 0 && was.SealedPassword != nil && !src.Database.SameAccount(was.Database) {
		return activation.Source{}, activation.Errorf(activation.CodeInvalid, "the password must be given again, since host, port, user or encryption changed").
			WithField("database.password").WithRemedy("Give it; a stored password is never sent elsewhere")
	}
	if err := s.seal(&src, password...); err != nil {
		return activation.Source{}, err
	}
	var reads reading
	if renamed(was, src) {
		if reads, err = s.reading(ctx); err != nil {
			return activation.Source{}, err
		}
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		old, err := tx.Source(ctx, src.ID)
		if err != nil {
			return err
		}
		if renamed(was, src) {
			if err := reads.free(ctx, tx, was.Name); err != nil {
				return err
			}
		}
		src.CreatedAt, src.Ingest = old.CreatedAt, old.Ingest
		if err := tx.UpdateSource(ctx, src); err != nil { // the version holds that old is what was read above
			return err
		}
		out, err = tx.Source(ctx, src.ID)
		return err
	})
	if err != nil {
		return activation.Source{}, fmt.Errorf("update source: %w", err)
	}
	return out, nil
}

// renamed reports whether queries know the table of a source by another name than before.
func renamed(was, is activation.Source) bool {
	return strings.ToLower(was.Name) != strings.ToLower(is.Name) //nolint:staticcheck // as the engine compares them, which folds no letters
}

func (s *Service) check(src *activation.Source) error {
	if src.MaxBadRows == 0 {
		src.MaxBadRows = 0.01
	}
	if src.MaxShrink == 0 {
		src.MaxShrink = 0.3
	}
	if err := src.Validate(); err != nil {
		return err
	}
	if src.Kind.Database() {
		return nil
	}
	_, err := s.resolve(src.Path)
	return err
}

// Get returns a source.
func (s *Service) Get(ctx context.Context, id activation.SourceID) (src activation.Source, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		src, err = r.Source(ctx, id)
		return err
	})
	return src, err
}

// Delete removes a source and its table; it fails with CodeInUse while the profile is made from it, a relationship goes to or from it, or
// queries of segments read it.
func (s *Service) Delete(ctx context.Context, id activation.SourceID) error {
	reads, err := s.reading(ctx)
	if err != nil {
		return fmt.Errorf("delete source: %w", err)
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		src, err := tx.Source(ctx, id)
		if err != nil {
			return err
		}
		if err := reads.free(ctx, tx, src.Name); err != nil {
			return err
		}
		return tx.DeleteSource(ctx, id)
	})
	if err != nil {
		return fmt.Errorf("delete source: %w", err)
	}
	return s.cfg.Warehouse.DropTable(ctx, id)
}

// Preview reads the beginning of a source; the source need not be stored. password is that of a database. An id is that of a
// stored source, whose kind and password count where none is given.
func (s *Service) Preview(ctx context.Context, src activation.Source, rows int, password ...string) (p warehouse.Preview, err error) {
	if src.Name == "" {
		src.Name = "preview"
	}
	var was activation.Source
	if src.ID != "" {
		if was, err = s.Get(ctx, src.ID); err != nil {
			return warehouse.Preview{}, err
		}
		if src.Kind == "" {
			src.Kind = was.Kind
		}
	}
	if err := s.check(&src); err != nil {
		return warehouse.Preview{}, err
	}
	r := warehouse.LoadRequest{Source: src, At: s.cfg.Clock().UTC()}
	if src.Kind.Database() {
		r.Feed, err = s.looked(src, was, password...)
	} else {
		r.Files, err = s.resolve(src.Path)
	}
	if err != nil {
		return warehouse.Preview{}, err
	}
	return s.cfg.Warehouse.Preview(ctx, r, rows)
}

// Quarantine returns the rows that could not be read: of the last attempt, or of the last ingest if that one failed otherwise.
func (s *Service) Quarantine(ctx context.Context, id activation.SourceID, offset, limit int) ([]warehouse.BadRow, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	return s.cfg.Warehouse.Quarantine(ctx, id, offset, limit)
}

// Ingest takes the source's rows over: its table is replaced whole, or stays as it was. The outcome is recorded
// either way. Force takes them over in spite of shrinkage or lost columns.
func (s *Service) Ingest(ctx context.Context, id activation.SourceID, force bool) (activation.Source, error) {
	if !s.take(id) {
		return activation.Source{}, activation.Errorf(activation.CodeConflict, "the source is being taken over already").
			WithRemedy("Wait until that has ended")
	}
	defer s.give(id)
	src, err := s.Get(ctx, id)
	if err != nil {
		return src, err
	}
	in, err := s.load(ctx, src, force)
	if err != nil {
		last := activation.Ingest{}
		if src.Ingest != nil {
			last = *src.Ingest
		}
		last.Error, last.ErrorCode, last.FailedAt, last.Refused = err.Error(), activation.CodeOf(err), s.cfg.Clock().UTC(), in.Quarantined
		in = last
		s.cfg.Log.WarnContext(ctx, "ingest failed", "source", id, "code", last.ErrorCode, "error", err)
	}
	if rerr := s.cfg.Store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error { return tx.SetIngest(ctx, id, in) }); rerr != nil {
		return src, fmt.Errorf("record the ingest: %w", rerr)
	}
	if err != nil {
		return src, fmt.Errorf("ingest source %q: %w", src.Name, err)
	}
	s.cfg.Log.InfoContext(ctx, "source ingested", "source", id, "rows", in.Rows, "quarantined", in.Quarantined, "ms", in.DurationMS)
	return s.Get(ctx, id)
}

func (s *Service) load(ctx context.Context, src activation.Source, force bool) (activation.Ingest, error) {
	var files []warehouse.File
	var feed warehouse.Feed
	var err error
	if src.Kind.Database() {
		feed, err = s.feed(src)
	} else {
		files, err = s.resolve(src.Path)
	}
	if err != nil {
		return activation.Ingest{}, err
	}
	required, err := s.required(ctx, src.ID)
	if err != nil {
		return activation.Ingest{}, err
	}
	return s.cfg.Warehouse.Load(ctx, warehouse.LoadRequest{
		Source: src, Files: files, Feed: feed, At: s.cfg.Clock().UTC(), Force: force, Required: required,
	})
}

// required returns the columns that the profile is made from.
func (s *Service) required(ctx context.Context, id activation.SourceID) ([]string, error) {
	var p activation.ProfileDefinition
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		p, err = r.Profile(ctx)
		return err
	})
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil, nil
	}
	t, feeds := p.TableOf(id)
	if err != nil || !feeds {
		return nil, err
	}
	return append([]string{t.Key}, slices.Sorted(maps.Values(t.Columns))...), nil
}

func (s *Service) take(id activation.SourceID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[id] {
		return false
	}
	s.busy[id] = true
	return true
}

func (s *Service) give(id activation.SourceID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, id)
}
