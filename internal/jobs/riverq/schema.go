package riverq

import (
	"context"
	"database/sql"
	_ "embed"
	"log/slog"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"segue/internal/activation"
)

// Statements of our own on River's tables.
var (
	//go:embed sql/again.sql
	createAgain string
	//go:embed sql/mark.sql
	markAgain string
	//go:embed sql/hasten.sql
	hasten string
	//go:embed sql/recover.sql
	recoverJobs string
)

// migrate brings River's tables up to date, each migration in a transaction, and puts our trigger back.
func migrate(ctx context.Context, db *sql.DB, driver *riversqlite.Driver, log *slog.Logger) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return err
	}
	known := m.AllVersions()
	newest := known[len(known)-1].Version
	have, err := version(ctx, db)
	if err != nil {
		return err
	}
	if have > newest {
		return activation.Errorf(activation.CodeNewerData,
			"the jobs of the control store were written by a newer Segue: their schema has version %d, this program knows up to %d", have, newest).
			WithRemedy("Start that version of Segue, or restore a backup made by this one")
	}
	if _, err := db.ExecContext(ctx, "DROP TRIGGER IF EXISTS segue_job_again"); err != nil { // a migration may rebuild its table
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, createAgain)
	return err
}

// version returns the newest migration of River that was applied, 0 if none was.
func version(ctx context.Context, db *sql.DB) (v int, err error) {
	var tables int
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'river_migration'").Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM river_migration").Scan(&v)
	return v, err
}

// recover makes available what a crash left running.
func (q *Queue) recover(ctx context.Context) error {
	tx, err := q.cfg.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, recoverJobs, sql.Named("now", stamp(q.cfg.Clock()))); err != nil {
		return err
	}
	return tx.Commit()
}
