package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/audit"
	"segue/internal/connection"
	"segue/internal/database"
	"segue/internal/export"
	"segue/internal/httpapi"
	"segue/internal/ingest"
	"segue/internal/jobs"
	"segue/internal/jobs/riverq"
	ledgerduck "segue/internal/ledger/duckdb"
	"segue/internal/notify"
	"segue/internal/refresh"
	"segue/internal/secret/tink"
	"segue/internal/segment"
	"segue/internal/store/sqlite"
	"segue/internal/unify"
	"segue/internal/warehouse"
	warehouseduck "segue/internal/warehouse/duckdb"
	"segue/web"
)

// defaultListen is where a server listens when nothing is said.
const defaultListen = "127.0.0.1:8380"

// App is a server that was put together: its data folder is open and locked. Run serves, Close lets everything go.
type App struct {
	cfg       Config
	folder    *folder
	token     string
	store     *sqlite.Store
	ledger    *ledgerduck.Ledger
	warehouse *warehouseduck.Warehouse
	exports   *export.Service
	people    *access.Service
	refreshes *refresh.Service
	notices   *notify.Service
	queue     *riverq.Queue
	handler   http.Handler
}

// Serve opens a server, serves until ctx ends, and closes it.
func Serve(ctx context.Context, cfg Config, v Version) error {
	a, err := Open(ctx, cfg, v)
	if err != nil {
		return err
	}
	return errors.Join(a.Run(ctx), a.Close())
}

// Open puts a server together on its data folder, which it locks. Nothing is served and no run is worked before Run.
func Open(ctx context.Context, cfg Config, v Version) (_ *App, err error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	a := &App{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.folder, err = openFolder(cfg.DataDir); err != nil {
		return nil, err
	}
	for _, d := range cfg.SourceDirs { // it may come later, such as a share; but a mistyped one never does
		if info, err := os.Stat(d); err != nil || !info.IsDir() {
			cfg.Log.WarnContext(ctx, "a source folder is not there, or is no folder; files in it are found once it is", "folder", d)
		}
	}
	if a.token, err = a.folder.token(); err != nil {
		return nil, err
	}
	keys, err := tink.Open(tink.Config{Path: a.folder.file(keyFile), MayCreate: !a.folder.used()})
	if err != nil {
		return nil, err
	}
	if err := a.openStores(ctx, keys); err != nil {
		return nil, err
	}
	return a, a.assemble(ctx, keys, v)
}

// openStores opens the control store, the ledger and the warehouse.
func (a *App) openStores(ctx context.Context, keys *tink.Keys) (err error) {
	a.store, err = sqlite.Open(ctx, sqlite.Config{
		Path: a.folder.file(storeFile),
		Enqueue: func(ctx context.Context, tx *sql.Tx, args jobs.Args, at time.Time) error {
			return a.queue.Enqueue(ctx, tx, args, at)
		},
	})
	if err != nil {
		return err
	}
	a.ledger, err = ledgerduck.Open(ctx, ledgerduck.Config{
		Path: a.folder.file(ledgerFile), HandOverDir: a.folder.file(handOverDir), TempDir: a.folder.file(tempDir) + "/ledger",
		MemoryLimit: a.cfg.LedgerMemory, Threads: a.cfg.Threads, Hasher: keys,
	})
	if err != nil {
		return err
	}
	a.warehouse, err = openWarehouse(ctx, a.cfg, a.folder)
	return err
}

// assemble puts the services on what was opened, and the API on the services.
func (a *App) assemble(ctx context.Context, keys *tink.Keys, v Version) error {
	clock, log := time.Now, a.cfg.Log
	trail, err := audit.NewLog(a.store, clock)
	if err != nil {
		return err
	}
	control := audit.Wrap(a.store, trail) // every change by somebody shows in the audit log
	signOn, err := a.cfg.SSO.signOn(clock)
	if err != nil {
		return err
	}
	a.people, err = access.New(access.Config{Store: control, Box: keys, Clock: clock, IDs: newID, Log: log, SignOn: signOn})
	if err != nil {
		return err
	}
	sources, err := ingest.New(ingest.Config{
		Store: control, Warehouse: a.warehouse, SourceDirs: a.cfg.SourceDirs, UploadDir: a.folder.file(uploadDir),
		DataDir: a.folder.path, Clock: clock, IDs: newID, Log: log, Box: keys,
		Databases: func(d ingest.Database) (warehouse.Feed, error) { return database.Open(database.Account(d)) },
	})
	if err != nil {
		return err
	}
	if err := sources.SweepUploads(); err != nil {
		return err
	}
	unification, err := unify.New(unify.Config{Store: control, Warehouse: a.warehouse, Clock: clock})
	if err != nil {
		return err
	}
	segments, err := segment.New(segment.Config{Store: control, Warehouse: a.warehouse, Clock: clock, IDs: newID})
	if err != nil {
		return err
	}
	dial, err := dialers(a.cfg, v)
	if err != nil {
		return err
	}
	urls := map[activation.DestinationType]string{activation.DestinationBrevo: a.cfg.BrevoURL}
	connections, err := connection.New(connection.Config{
		Store: control, Box: keys, Dialers: dial, DefaultURL: urls, Clock: clock, IDs: newID, Log: log,
	})
	if err != nil {
		return err
	}
	a.exports, err = export.New(export.Config{
		Store: control, Warehouse: a.warehouse, Ledger: a.ledger, Connections: connections, Clock: clock, IDs: newID, Log: log,
		HandOverDir: a.folder.file(handOverDir), MirrorAge: a.cfg.MirrorAge, LookGap: a.cfg.LookGap, FirstLook: a.cfg.FirstLook,
		ProofTime: a.cfg.ProofTime, GiveUpAfter: a.cfg.GiveUpAfter, LooksPerHour: a.cfg.LooksPerHour, FailPoint: a.cfg.FailPoint,
	})
	if err != nil {
		return err
	}
	a.refreshes, err = refresh.New(refresh.Config{
		Store: control, Sources: sources, Segments: segments, Exports: a.exports, Clock: clock, IDs: newID, Log: log,
	})
	if err != nil {
		return err
	}
	if a.notices, err = notices(a.cfg, v, control, keys); err != nil {
		return err
	}
	a.queue, err = riverq.Open(ctx, riverq.Config{
		DB: a.store.Writer(), Handlers: jobs.Handlers{StepRun: a.exports.Step, StepRefresh: a.refreshes.Step, RemoveConnection: a.exports.StepRemoval}, Clock: clock, Log: log,
	})
	if err != nil {
		return err
	}
	pages, err := web.Handler()
	if err != nil {
		return err
	}
	a.handler, err = httpapi.New(httpapi.Config{
		Services: httpapi.Services{
			Store: a.store, Sources: sources, Profiles: a.warehouse, Unify: unification, Segments: segments, Connections: connections, Exports: a.exports, Ledger: a.ledger,
			Access: a.people, Audit: trail, Refresh: a.refreshes, Notify: a.notices,
		},
		Pages: pages, TrustedProxies: a.cfg.TrustedProxies, Hosts: a.cfg.Hosts, Token: a.token, Version: v.Version, Commit: v.Commit, SourceDirs: a.cfg.SourceDirs, DestinationURLs: urls,
		Clock: clock, IDs: newID, Log: log,
	})
	return err
}

// Run serves the API, works runs and keeps the ledger tidy until ctx ends. Runs that a crash interrupted go on first.
func (a *App) Run(ctx context.Context) error {
	l, url, err := a.listen(ctx)
	if err != nil {
		return err
	}
	if a.cfg.Restored {
		if err := a.exports.Restored(ctx); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	if err := a.exports.Recover(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := a.folder.write(addressFile, url+"\n"); err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { _ = os.Remove(a.folder.file(addressFile)) }()
	setUp, err := a.setUpLink(ctx, url)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	// A request that lasts, such as the events of a run, ends when the server is to stop.
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	srv := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return base },
	}
	srv.RegisterOnShutdown(stop)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveHTTP(ctx, srv, l) })
	g.Go(func() error { return a.queue.Run(ctx) })
	g.Go(func() error { return a.tidy(ctx) })
	g.Go(func() error { return a.schedule(ctx) })
	g.Go(func() error { return a.lookAfterGivenUp(ctx) })
	g.Go(func() error {
		return a.every(ctx, noticesEvery, "looking what people want to know of", a.notices.Watch)
	})
	g.Go(func() error { return a.every(ctx, noticesEvery, "delivering messages", a.notices.Deliver) })
	if a.cfg.Ready != nil {
		a.cfg.Ready(Running{URL: url, Token: a.token, Data: a.folder.path, SetUp: setUp})
	}
	return g.Wait()
}

// scheduleEvery is how often it is looked what is due.
const scheduleEvery = 5 * time.Second

// schedule starts what is due until ctx ends.
func (a *App) schedule(ctx context.Context) error {
	tick := time.NewTicker(scheduleEvery)
	defer tick.Stop()
	for {
		if err := a.refreshes.Tick(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.ErrorContext(ctx, "what is due could not be started; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// setUpLink is the one-time link with which the first administrator is made; empty where there is one.
func (a *App) setUpLink(ctx context.Context, url string) (string, error) {
	needed, err := a.people.Setup(ctx)
	if err != nil || !needed {
		return "", err
	}
	return url + "/setup#" + a.people.NewSetup(), nil
}

// tidyEvery is how often rows of old runs are looked for.
const tidyEvery = 6 * time.Hour

// tidy drops rows of runs that ended long ago (SEMANTICS S35), at the start and then every few hours.
func (a *App) tidy(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := a.notices.Prune(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.ErrorContext(ctx, "dropping old messages failed; it is tried again", "error", err)
		}
		if err := a.ledger.Prune(ctx, time.Now().UTC().Add(-a.cfg.KeepRuns)); err != nil && ctx.Err() == nil {
			a.cfg.Log.ErrorContext(ctx, "dropping rows of old runs failed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// lookAfterEvery is how often it is asked whether processes that were given up are due to be looked at.
const lookAfterEvery = time.Minute

// lookAfterGivenUp looks after processes that were given up while no run does (SEMANTICS S17).
func (a *App) lookAfterGivenUp(ctx context.Context) error {
	tick := time.NewTicker(lookAfterEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := a.exports.LookAfterGivenUp(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.WarnContext(ctx, "looking after processes that were given up failed; it is tried again", "error", err)
		}
	}
}

// Close lets the data folder go. Run must have returned.
func (a *App) Close() error {
	var errs []error
	if a.warehouse != nil {
		errs = append(errs, a.warehouse.Close())
	}
	if a.ledger != nil {
		errs = append(errs, a.ledger.Close())
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	if a.folder != nil {
		errs = append(errs, a.folder.close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the data folder: %w", err)
	}
	return nil
}

// newID makes ids that grow with time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
