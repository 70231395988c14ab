package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

func person(id activation.PersonID, email activation.Email) activation.Person {
	return activation.Person{
		ID: id, Name: "Ana " + string(id), Email: email, Role: activation.RoleViewer, SeesPersons: true,
		PasswordHash: "$argon2id$made-up", SealedTOTP: []byte{0, 1, 0xff}, TOTPStep: 58_000_000, Issuer: "https://id.example.com", Subject: "sub-" + string(id),
		CreatedAt: start(), UpdatedAt: start(), Version: 1,
	}
}

func testPeople(t *testing.T, b Bundle) {
	ctx, ana := t.Context(), person("p1", "ana@example.com")
	update(t, b.Store, func(tx store.Tx) error { return tx.CreatePerson(ctx, ana) })
	bare := activation.Person{ID: "p2", Name: "Bo", Email: "bo@example.com", Role: activation.RoleAdministrator, CreatedAt: start(), UpdatedAt: start(), Version: 1}
	update(t, b.Store, func(tx store.Tx) error { return tx.CreatePerson(ctx, bare) })

	same := person("p3", ana.Email)
	same.Subject = "another"
	require.Equal(t, "email", refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return tx.CreatePerson(ctx, same) }).Field)
	same = person("p3", "cy@example.com")
	same.Subject = ana.Subject
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return tx.CreatePerson(ctx, same) })

	changed := ana
	changed.Name, changed.Email, changed.Role, changed.SeesPersons, changed.Off = "Ana Anić", "anic@example.com", activation.RoleAdministrator, false, true
	changed.PasswordHash, changed.SealedTOTP, changed.TOTPStep, changed.Issuer, changed.Subject = "", nil, 0, "", ""
	changed.UpdatedAt = start().Add(time.Hour)
	update(t, b.Store, func(tx store.Tx) error { return tx.UpdatePerson(ctx, changed) })
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return tx.UpdatePerson(ctx, changed) }) // the version moved
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { return tx.UpdatePerson(ctx, person("none", "no@example.com")) })
	changed.Version = 2

	view(t, b.Store, func(r store.Reader) error {
		got, err := r.Person(ctx, "p1")
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(changed, got))
		got, err = r.PersonByEmail(ctx, "bo@example.com")
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(bare, got))
		_, err = r.PersonByEmail(ctx, ana.Email)
		require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
		require.NotContains(t, err.Error(), ana.Email.String())
		_, err = r.PersonBySubject(ctx, "", "")
		require.Equal(t, activation.CodeNotFound, activation.CodeOf(err), "who has no single sign-on is found by none")
		list, next, err := r.People(ctx, store.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []activation.Person{changed}, list)
		list, next, err = r.People(ctx, store.Page{After: next})
		require.NoError(t, err)
		require.Equal(t, []activation.Person{bare}, list)
		require.Empty(t, next)
		n, err := r.CountActive(ctx, activation.RoleAdministrator)
		require.NoError(t, err)
		require.EqualValues(t, 1, n, "who is switched off does not count")
		return nil
	})
	update(t, b.Store, func(tx store.Tx) error { return tx.UseCode(ctx, "p1", 7) })
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return tx.UseCode(ctx, "p1", 7) })
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { return tx.UseCode(ctx, "none", 7) })
	view(t, b.Store, func(r store.Reader) error {
		got, err := r.Person(ctx, "p1")
		require.NoError(t, err)
		changed.TOTPStep = 7
		require.Empty(t, cmp.Diff(changed, got), "the version stays")
		return nil
	})
	update(t, b.Store, func(tx store.Tx) error { return tx.CreatePerson(ctx, person("p4", ana.Email)) }) // the address is free again
	view(t, b.Store, func(r store.Reader) error {
		got, err := r.PersonBySubject(ctx, "https://id.example.com", "sub-p4")
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(person("p4", ana.Email), got))
		return nil
	})
}

func testSessions(t *testing.T, b Bundle) {
	ctx := t.Context()
	session := func(id activation.SessionID, of activation.PersonID, ends time.Duration) activation.Session {
		return activation.Session{
			ID: id, Person: of, Hash: []byte("hash of " + id), CreatedAt: start(), SeenAt: start(), ProvedAt: start(),
			EndsAt: start().Add(ends), From: "192.0.2.1", Agent: "Browser 1",
		}
	}
	update(t, b.Store, func(tx store.Tx) error {
		require.NoError(t, tx.CreatePerson(ctx, person("p1", "ana@example.com")))
		require.NoError(t, tx.CreatePerson(ctx, person("p2", "bo@example.com")))
		require.NoError(t, tx.CreateSession(ctx, session("s1", "p1", time.Hour)))
		require.NoError(t, tx.CreateSession(ctx, session("s2", "p1", 2*time.Hour)))
		require.NoError(t, tx.CreateSession(ctx, session("s3", "p1", 3*time.Hour)))
		require.NoError(t, tx.CreateSession(ctx, session("s4", "p2", 3*time.Hour)))
		require.NoError(t, tx.PutDevice(ctx, []byte("browser"), "p1", start()))
		return nil
	})
	moved := session("s2", "p1", 5*time.Hour)
	moved.Hash, moved.SeenAt, moved.ProvedAt = []byte("another"), start().Add(time.Minute), start().Add(2*time.Minute)
	update(t, b.Store, func(tx store.Tx) error { return tx.UpdateSession(ctx, moved) })
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { return tx.DeleteSession(ctx, "s4", "p1") })
	view(t, b.Store, func(r store.Reader) error {
		got, err := r.SessionByHash(ctx, []byte("another"))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(moved, got))
		_, err = r.SessionByHash(ctx, []byte("hash of s2"))
		require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
		known, err := r.KnownDevice(ctx, []byte("browser"), "p1", start().Add(-1))
		require.NoError(t, err)
		require.True(t, known)
		known, err = r.KnownDevice(ctx, []byte("browser"), "p2", start().Add(-1))
		require.NoError(t, err)
		require.False(t, known, "it is somebody else's")
		return nil
	})
	update(t, b.Store, func(tx store.Tx) error { return tx.SweepSessions(ctx, start().Add(time.Hour), start()) })
	view(t, b.Store, func(r store.Reader) error {
		list, err := r.Sessions(ctx, "p1")
		require.NoError(t, err)
		require.Equal(t, []activation.Session{moved, session("s3", "p1", 3*time.Hour)}, list)
		known, err := r.KnownDevice(ctx, []byte("browser"), "p1", time.Time{})
		require.NoError(t, err)
		require.False(t, known)
		return nil
	})
	update(t, b.Store, func(tx store.Tx) error { return tx.DeleteSessions(ctx, "p1", "s3") })
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { return tx.UpdateSession(ctx, moved) })
	update(t, b.Store, func(tx store.Tx) error {
		require.NoError(t, tx.DeleteSession(ctx, "s3", "p1"))
		require.NoError(t, tx.PutDevice(ctx, []byte("browser"), "p1", start()))
		require.NoError(t, tx.PutDevice(ctx, []byte("browser"), "p2", start()))
		require.NoError(t, tx.DeleteDevices(ctx, "p1"))
		return nil
	})
	view(t, b.Store, func(r store.Reader) error {
		list, err := r.Sessions(ctx, "p2")
		require.NoError(t, err)
		require.Len(t, list, 1, "those of others go on")
		known, err := r.KnownDevice(ctx, []byte("browser"), "p2", time.Time{})
		require.NoError(t, err)
		require.True(t, known, "who signed in last has the device")
		return nil
	})
}

func testTokens(t *testing.T, b Bundle) {
	ctx := t.Context()
	token := func(id activation.TokenID, of activation.PersonID, name string) activation.APIToken {
		return activation.APIToken{
			ID: id, Name: name, Person: of, Role: activation.RoleContributor, Hash: []byte("hash of " + id), Tail: "abcd",
			CreatedAt: start(), ExpiresAt: start().Add(time.Hour),
		}
	}
	update(t, b.Store, func(tx store.Tx) error {
		require.NoError(t, tx.CreatePerson(ctx, person("p1", "ana@example.com")))
		require.NoError(t, tx.CreatePerson(ctx, person("p2", "bo@example.com")))
		require.NoError(t, tx.CreateToken(ctx, token("t1", "p1", "nightly")))
		require.NoError(t, tx.CreateToken(ctx, token("t2", "p2", "nightly")))
		return nil
	})
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateToken(ctx, token("t3", "p1", "NIGHTLY")) })
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { return tx.UseToken(ctx, "t9", start()) })
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { return tx.DeleteToken(ctx, "t1", "p2") })
	update(t, b.Store, func(tx store.Tx) error { return tx.UseToken(ctx, "t1", start().Add(time.Minute)) })
	used := token("t1", "p1", "nightly")
	used.UsedAt = start().Add(time.Minute)
	view(t, b.Store, func(r store.Reader) error {
		got, err := r.TokenByHash(ctx, used.Hash)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(used, got))
		return nil
	})
	update(t, b.Store, func(tx store.Tx) error { return tx.DeleteToken(ctx, "t1", "p1") })
	update(t, b.Store, func(tx store.Tx) error { return tx.CreateToken(ctx, token("t3", "p1", "nightly")) })
	update(t, b.Store, func(tx store.Tx) error { return tx.DeleteTokens(ctx, "p1") })
	view(t, b.Store, func(r store.Reader) error {
		list, err := r.Tokens(ctx, "p1")
		require.NoError(t, err)
		require.Empty(t, list)
		list, err = r.Tokens(ctx, "p2")
		require.NoError(t, err)
		require.Equal(t, []activation.APIToken{token("t2", "p2", "nightly")}, list)
		return nil
	})
}

func testAudit(t *testing.T, b Bundle) {
	ctx := t.Context()
	entry := func(n int64) activation.AuditEntry {
		return activation.AuditEntry{
			Number: n, At: start(), Actor: activation.Actor{Kind: activation.ActorPerson, Person: "p1", Name: "Ana", From: "192.0.2.1"}, Action: "update-export",
			Outcome: activation.AuditDone, Kind: "export", ID: "e1", Before: []byte(`{"name":"a <b>"}`), After: []byte(`{"name":"b"}`), Changed: []string{"name"},
			Previous: "00", Hash: "hash of it",
		}
	}
	view(t, b.Store, func(r store.Reader) error {
		_, err := r.LastAudit(ctx)
		require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
		return nil
	})
	for n := range int64(3) {
		update(t, b.Store, func(tx store.Tx) error { return tx.AppendAudit(ctx, entry(n+1)) })
	}
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return tx.AppendAudit(ctx, entry(3)) })
	s := b.Reopen(t)
	numbers := func(list []activation.AuditEntry) (n []int64) {
		for _, e := range list {
			n = append(n, e.Number)
		}
		return n
	}
	view(t, s, func(r store.Reader) error {
		last, err := r.LastAudit(ctx)
		require.NoError(t, err)
		require.JSONEq(t, string(entry(3).Before), string(last.Before))
		last.Before = entry(3).Before
		require.Empty(t, cmp.Diff(entry(3), last))
		list, err := r.AuditAfter(ctx, 1, 5)
		require.NoError(t, err)
		require.Equal(t, []int64{2, 3}, numbers(list))
		list, err = r.AuditBefore(ctx, 0, 2)
		require.NoError(t, err)
		require.Equal(t, []int64{3, 2}, numbers(list))
		list, err = r.AuditBefore(ctx, 2, 2)
		require.NoError(t, err)
		require.Equal(t, []int64{1}, numbers(list))
		return nil
	})
}
