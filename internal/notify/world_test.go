package notify_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/notify"
	"segue/internal/secret/tink"
	"segue/internal/store"
	"segue/internal/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is messages on a real control store: an export called News, a source, a profile, a segment, and people.
type world struct {
	*notify.Service
	t     *testing.T
	store *sqlite.Store
	keys  *tink.Keys
	now   time.Time
	ids   int
	runs  int
	// mails and calls are what was taken; ways fails with fail.
	mails   []activation.Mail
	servers []activation.MailServer
	calls   []call
	fail    func(to string) error
	// point is called at fail-points.
	point func(string)
}

type call struct {
	url    string
	header map[string]string
	body   string
}

const (
	password = "made-up-password"
	secret   = "made-up-secret-of-webhooks"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), fail: func(string) error { return nil }, point: func(string) {}}
	var err error
	w.store, err = sqlite.Open(t.Context(), sqlite.Config{
		Path:    filepath.Join(dir, "segue.db"),
		Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	w.keys, err = tink.Open(tink.Config{Path: filepath.Join(dir, "keys.json"), MayCreate: true})
	require.NoError(t, err)
	w.define()
	w.restart()
	return w
}

// restart makes the service anew, as after a crash.
func (w *world) restart() {
	w.t.Helper()
	var err error
	w.Service, err = notify.New(notify.Config{
		Store: w.store, Box: w.keys, Mailer: ways{w}, Poster: ways{w}, Clock: func() time.Time { return w.now },
		IDs: func() string { w.ids++; return fmt.Sprintf("notice-%04d", w.ids) }, Log: slog.New(slog.DiscardHandler), FailPoint: func(name string) { w.point(name) },
	})
	require.NoError(w.t, err)
}

func (w *world) define() {
	ctx, at := w.t.Context(), w.now
	w.update(func(tx store.Tx) error {
		require.NoError(w.t, tx.CreateSource(ctx, activation.Source{ID: "crm", Name: "CRM", Kind: activation.SourceCSV, Path: "x.csv", CreatedAt: at, UpdatedAt: at, Version: 1}))
		require.NoError(w.t, tx.PutProfile(ctx, activation.ProfileDefinition{Source: "crm", Key: "id", UpdatedAt: at}))
		require.NoError(w.t, tx.CreateSegment(ctx, activation.Segment{ID: "all", Name: "All", CreatedAt: at, UpdatedAt: at, Version: 1}))
		require.NoError(w.t, tx.CreateConnection(ctx, activation.Connection{ID: "c", Name: "c", Type: activation.DestinationBrevo, ExportUser: activation.MachineExportUser(at), ConsentAt: at, CreatedAt: at, UpdatedAt: at, Version: 1}))
		return tx.CreateExport(ctx, activation.Export{
			ID: "news", Name: "News", Connection: "c", List: 1, Segments: []activation.SegmentID{"all"}, CreatedAt: at, UpdatedAt: at, Version: 1,
		})
	})
	for _, p := range []struct {
		id     activation.PersonID
		role   activation.Role
		choice activation.NoticeChoice
		off    bool
	}{
		{"admin", activation.RoleAdministrator, "", false}, {"quiet", activation.RoleAdministrator, activation.NoticesOff, false}, {"gone", activation.RoleAdministrator, "", true},
		{"writer", activation.RoleContributor, "", false}, {"keen", activation.RoleContributor, activation.NoticesOn, false}, {"reader", activation.RoleViewer, activation.NoticesOn, false},
	} {
		w.update(func(tx store.Tx) error {
			require.NoError(w.t, tx.CreatePerson(ctx, activation.Person{
				ID: p.id, Name: "Secret Name", Email: activation.Email(string(p.id) + "@example.com"), Role: p.role, Off: p.off, CreatedAt: at, UpdatedAt: at, Version: 1,
			}))
			return tx.SetNoticeChoice(ctx, p.id, p.choice)
		})
	}
}

func (w *world) update(f func(store.Tx) error) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), f))
}

// ways take what is sent.
type ways struct{ w *world }

func (x ways) Send(_ context.Context, s activation.MailServer, m activation.Mail) error {
	if err := x.w.fail(m.To); err != nil {
		return err
	}
	x.w.mails, x.w.servers = append(x.w.mails, m), append(x.w.servers, s)
	return nil
}

func (x ways) Post(_ context.Context, url string, header map[string]string, body []byte) error {
	if err := x.w.fail(url); err != nil {
		return err
	}
	x.w.calls = append(x.w.calls, call{url, header, string(body)})
	return nil
}

func down(string) error {
	return activation.Errorf(activation.CodeUnavailable, "the mail server cannot be reached")
}

// on switches both ways on.
func (w *world) on() {
	w.t.Helper()
	p, s := password, secret
	_, err := w.SetSettings(w.t.Context(), notify.NewSettings{
		NoticeSettings: activation.NoticeSettings{
			MailOn: true, Server: activation.MailServer{Host: "smtp.example.com", Port: 587, Security: activation.MailStartTLS, User: "segue"}, From: "segue@example.com",
			WebhookOn: true, URL: "https://hooks.example.com/segue",
		},
		Password: &p, Secret: &s,
	})
	require.NoError(w.t, err)
}

// run begins a run of the export.
func (w *world) run() activation.RunID {
	w.t.Helper()
	w.runs++
	id := activation.RunID(fmt.Sprintf("run-%03d", w.runs))
	w.update(func(tx store.Tx) error {
		return tx.CreateRun(w.t.Context(), activation.Run{
			ID: id, Export: "news", Kind: activation.RunReal, Status: activation.StatusQueued, Step: activation.StepPlan, CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
		}, "")
	})
	return id
}

func (w *world) becomes(id activation.RunID, status activation.RunStatus, change ...func(*activation.Run)) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		r, err := tx.Run(w.t.Context(), id)
		if err != nil {
			return err
		}
		r.Status, r.UpdatedAt = status, w.now
		if status.Final() {
			r.EndedAt = w.now
		}
		if status == activation.StatusFailed {
			r.ErrorCode, r.Error, r.Remedy = activation.CodeListMissing, "the account has no list 1", "Choose another list"
		}
		for _, f := range change {
			f(&r)
		}
		return tx.UpdateRun(w.t.Context(), r)
	})
}

// ended is a run that ended at once.
func (w *world) ended(status activation.RunStatus) {
	w.t.Helper()
	w.becomes(w.run(), status)
}

// later moves the clock.
func (w *world) later(d time.Duration) { w.now = w.now.Add(d) }

// watch looks a few times, as the server does, and returns the kinds of the messages that were made since the last time, oldest first.
func (w *world) watch() []activation.NoticeKind {
	w.t.Helper()
	before := len(w.notices())
	for range 3 {
		require.NoError(w.t, w.Watch(w.t.Context()))
		w.later(time.Second)
	}
	var kinds []activation.NoticeKind
	for _, n := range w.notices()[before:] {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func (w *world) notices() (list []activation.Notice) {
	w.t.Helper()
	require.NoError(w.t, w.store.View(w.t.Context(), func(r store.Reader) (err error) {
		list, _, err = r.Notices(w.t.Context(), store.Page{Limit: 500})
		return err
	}))
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

func (w *world) deliver() {
	w.t.Helper()
	require.NoError(w.t, w.Deliver(w.t.Context()))
}

// states tells what became of the deliveries of a message, by channel and person.
func (w *world) states(id activation.NoticeID) map[string]activation.DeliveryState {
	w.t.Helper()
	out := map[string]activation.DeliveryState{}
	require.NoError(w.t, w.store.View(w.t.Context(), func(r store.Reader) error {
		list, err := r.Deliveries(w.t.Context(), id)
		for _, d := range list {
			out[strings.TrimSpace(string(d.Channel)+" "+string(d.Person))] = d.State
		}
		return err
	}))
	return out
}

var errKilled = errors.New("killed")

// killedAt works f, which is cut off at a fail-point as by kill -9, and starts anew.
func (w *world) killedAt(point string, f func(context.Context) error) {
	w.t.Helper()
	w.point = func(name string) {
		if name == point {
			panic(errKilled)
		}
	}
	func() {
		defer func() { require.Equal(w.t, errKilled, recover(), "the moment is there") }()
		_ = f(w.t.Context())
	}()
	w.point = func(string) {}
	w.restart()
}
