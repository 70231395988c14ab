package audit_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/audit"
	"segue/internal/jobs"
	"segue/internal/store"
	"segue/internal/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bundle is a control store with its log.
type bundle struct {
	plain *sqlite.Store
	store *audit.Store
	log   *audit.Log
}

func open(t *testing.T) bundle {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{
		Path:    filepath.Join(t.TempDir(), "segue.db"),
		Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	l, err := audit.NewLog(s, func() time.Time { return time.Date(2026, 11, 25, 10, 0, 0, 1234, time.FixedZone("", 3600)) })
	require.NoError(t, err)
	return bundle{plain: s, store: audit.Wrap(s, l), log: l}
}

func (b bundle) entries(t *testing.T) (list []activation.AuditEntry) {
	t.Helper()
	for e, err := range b.log.All(t.Context()) {
		require.NoError(t, err)
		list = append(list, e)
	}
	return list
}

func acting(ctx context.Context, action string) (context.Context, *int) {
	written := 0
	return activation.WithActing(ctx, activation.Acting{
		Actor:  activation.Actor{Kind: activation.ActorPerson, Person: "p1", Name: "Ana", From: "192.0.2.1"},
		Action: action, Written: &written,
	}), &written
}

func segment() activation.Segment {
	return activation.Segment{
		ID: "g1", Name: "Zagreb", TimeZone: "UTC", CreatedAt: time.Unix(1, 0), UpdatedAt: time.Unix(1, 0), Version: 1,
		Rules: []activation.SegmentRule{{Rule: activation.Rule{All: []activation.Rule{
			{Field: "mail", Operator: activation.OpEquals, Values: []string{"secret@example.com"}},
		}}}},
	}
}

func TestAChangeAndItsEntryAreOneTransaction(t *testing.T) {
	t.Parallel()
	b, g := open(t), segment()
	ctx, written := acting(t.Context(), "create-segment")
	require.NoError(t, b.store.Update(ctx, func(tx store.Tx) error { return tx.CreateSegment(ctx, g) }))
	require.Equal(t, 1, *written)

	ctx, written = acting(t.Context(), "update-segment")
	g.Name = "Split"
	err := b.store.Update(ctx, func(tx store.Tx) error {
		require.NoError(t, tx.UpdateSegment(ctx, g))
		return activation.Errorf(activation.CodeConflict, "changed its mind")
	})
	require.Error(t, err)
	require.Zero(t, *written, "what was rolled back left nothing")

	g.Rules[0].Rule.All[0].Values = []string{"another@example.com"}
	require.NoError(t, b.store.Update(ctx, func(tx store.Tx) error { return tx.UpdateSegment(ctx, g) }))
	g.Version = 2
	ctx, _ = acting(t.Context(), "delete-segment")
	require.NoError(t, b.store.Update(ctx, func(tx store.Tx) error { return tx.DeleteSegment(ctx, g.ID) }))

	list := b.entries(t)
	require.Len(t, list, 3)
	require.Equal(t, []string{"create-segment", "update-segment", "delete-segment"}, []string{list[0].Action, list[1].Action, list[2].Action})
	require.Equal(t, []string{"name", "rules"}, list[1].Changed, "that a value changed is told, what it is, is not")
	require.Nil(t, list[0].Before)
	require.Nil(t, list[2].After)
	require.JSONEq(t, string(list[1].After), string(list[2].Before))
	require.Equal(t, time.Date(2026, 11, 25, 9, 0, 0, 1000, time.UTC), list[0].At)
	all, err := json.Marshal(list)
	require.NoError(t, err)
	require.NotContains(t, string(all), "example.com")
	require.Contains(t, string(all), "[1 left out]")
}

func TestWhatSegueDoesByItselfLeavesNoEntry(t *testing.T) {
	t.Parallel()
	b := open(t)
	require.NoError(t, b.store.Update(t.Context(), func(tx store.Tx) error { return tx.CreateSegment(t.Context(), segment()) }))
	require.Empty(t, b.entries(t))
}

func TestSecretsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx, _ := acting(t.Context(), "all")
	now := time.Unix(1, 0)
	p := activation.Person{
		ID: "p1", Name: "Ana", Email: "ana@example.com", Role: activation.RoleAdministrator, PasswordHash: "password-hash", SealedTOTP: []byte("sealed-totp"),
		Issuer: "https://id.example.org", Subject: "subject-1", CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	c := activation.Connection{
		ID: "c1", Name: "Brevo", Type: activation.DestinationBrevo, BaseURL: "https://api.brevo.com/v3", SealedKey: []byte("sealed-key"), KeyTail: "wxyz",
		Details: activation.AccountDetails{Email: "owner@example.com"}, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	require.NoError(t, b.store.Update(ctx, func(tx store.Tx) error {
		require.NoError(t, tx.CreatePerson(ctx, p))
		require.NoError(t, tx.CreateConnection(ctx, c))
		c.SealedKey = []byte("sealed-key-2")
		require.NoError(t, tx.UpdateConnection(ctx, c))
		require.NoError(t, tx.CreateSession(ctx, activation.Session{ID: "s1", Person: "p1", Hash: []byte("session-hash"), EndsAt: now}))
		require.NoError(t, tx.CreateToken(ctx, activation.APIToken{ID: "t1", Person: "p1", Name: "nightly", Role: activation.RoleViewer, Hash: []byte("token-hash"), ExpiresAt: now}))
		p.PasswordHash = "password-hash-2"
		return tx.UpdatePerson(ctx, p)
	}))
	list := b.entries(t)
	require.Len(t, list, 6)
	require.Equal(t, []string{"api_key"}, list[2].Changed)
	require.Equal(t, []string{"password"}, list[5].Changed)
	all, err := json.Marshal(list)
	require.NoError(t, err)
	for _, secret := range []string{"@", "password-hash", "sealed", "session-hash", "token-hash", "subject-1"} {
		require.NotContains(t, string(all), secret)
	}
	_, err = b.log.Verify(t.Context(), "")
	require.NoError(t, err)
}

func TestBytesThatAreNoTextDoNotBreakTheChain(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, name := range []string{"A\xffna", "<b>&\u2028", "\ufffd"} {
		require.NoError(t, b.log.Note(t.Context(), activation.AuditEntry{Actor: activation.Actor{Name: name}, Action: "sign-in", Outcome: activation.AuditDone, ID: name}))
	}
	v, err := b.log.Verify(t.Context(), "")
	require.NoError(t, err)
	require.EqualValues(t, 3, v.Entries)
}

func TestWhoChangesTheLogIsFound(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]struct{ statement, says string }{
		"a changed entry": {"UPDATE audit SET entry = replace(entry, 'Ana', 'Eva') WHERE number = 2", "entry 2"},
		"a changed hash":  {"UPDATE audit SET hash = '00' WHERE number = 2", "entry 2"},
		"a missing entry": {"DELETE FROM audit WHERE number = 2", "entry 2"},
		"a cut-off end":   {"DELETE FROM audit WHERE number = 3", "cut off"},
		"a log made anew": {"DELETE FROM audit", "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			for range 3 {
				require.NoError(t, b.log.Note(t.Context(), activation.AuditEntry{Actor: activation.Actor{Name: "Ana"}, Action: "sign-in", Outcome: activation.AuditDone}))
			}
			v, err := b.log.Verify(t.Context(), "")
			require.NoError(t, err)
			require.EqualValues(t, 3, v.Entries)
			again, err := b.log.Verify(t.Context(), v.Head)
			require.NoError(t, err)
			require.Equal(t, v, again)

			for _, statement := range []string{"DROP TRIGGER audit_stays", "DROP TRIGGER audit_keeps", tamper.statement} {
				_, err := b.plain.Writer().ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			_, err = b.log.Verify(t.Context(), v.Head)
			require.Equal(t, activation.CodeCorrupt, activation.CodeOf(err))
			require.ErrorContains(t, err, tamper.says)
		})
	}
}

// notAudited are changes that tell nothing of what somebody did.
var notAudited = []string{"UpdateSession", "PutDevice", "DeleteDevices", "SweepSessions", "UseToken", "UseCode", "PutDue", "DeleteDue", "Enqueue", "AppendAudit",
	"PutTaskState", "DeleteTaskState", "ForgetEnded", "CreateNotice", "UpdateDelivery", "PruneNotices", "AddProfileChanges"}

// TestEveryChangeOfTheControlStoreIsAudited fails when the port gets a way to change something that the log passes over.
func TestEveryChangeOfTheControlStoreIsAudited(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx, _ := acting(t.Context(), "look")
	require.NoError(t, b.store.Update(ctx, func(tx store.Tx) error {
		port, reads := reflect.TypeFor[store.Tx](), reflect.TypeFor[store.Reader]()
		inner := reflect.ValueOf(tx).Elem().FieldByName("Tx")
		require.True(t, inner.IsValid())
		for i := range port.NumMethod() {
			name := port.Method(i).Name
			if _, isRead := reads.MethodByName(name); isRead {
				continue
			}
			own, _ := reflect.TypeOf(tx).MethodByName(name)
			promoted := strings.HasSuffix(funcFile(own), "<autogenerated>")
			require.Equal(t, slices.Contains(notAudited, name), promoted, name)
		}
		return nil
	}))
}

// funcFile is the file that a method is written in.
func funcFile(m reflect.Method) string {
	file, _ := runtime.FuncForPC(m.Func.Pointer()).FileLine(m.Func.Pointer())
	return file
}
