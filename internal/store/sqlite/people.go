package sqlite

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Person implements store.Reader.
func (r *reader) Person(ctx context.Context, id activation.PersonID) (activation.Person, error) {
	row, err := r.q.PersonByID(ctx, string(id))
	if err != nil {
		return activation.Person{}, missing(ctx, "person", string(id), err)
	}
	return toPerson(row)
}

// PersonByEmail implements store.Reader.
func (r *reader) PersonByEmail(ctx context.Context, email activation.Email) (activation.Person, error) {
	row, err := r.q.PersonByEmail(ctx, email.String())
	if err != nil {
		return activation.Person{}, missing(ctx, "person", "with this address", err)
	}
	return toPerson(row)
}

// PersonBySubject implements store.Reader.
func (r *reader) PersonBySubject(ctx context.Context, issuer, subject string) (activation.Person, error) {
	row, err := r.q.PersonBySubject(ctx, sqlcgen.PersonBySubjectParams{Issuer: issuer, Subject: subject})
	if err != nil {
		return activation.Person{}, missing(ctx, "person", "of this single sign-on", err)
	}
	return toPerson(row)
}

// People implements store.Reader.
func (r *reader) People(ctx context.Context, p store.Page) ([]activation.Person, string, error) {
	rows, err := r.q.PeopleAfter(ctx, sqlcgen.PeopleAfterParams{After: p.After, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list people", err)
	}
	return cut(rows, p, toPerson, func(p activation.Person) string { return string(p.ID) })
}

// CountActive implements store.Reader.
func (r *reader) CountActive(ctx context.Context, role activation.Role) (int64, error) {
	n, err := r.q.CountActiveOfRole(ctx, string(role))
	return n, translate(ctx, "count people", err)
}

func toPerson(row sqlcgen.Person) (activation.Person, error) {
	p := activation.Person{
		ID: activation.PersonID(row.ID), Name: row.Name, Email: activation.Email(row.Email), Role: activation.Role(row.Role),
		SeesPersons: row.SeesPersons == 1, Off: row.Off == 1, PasswordHash: row.PasswordHash, TOTPStep: row.TotpStep,
		Issuer: row.Issuer, Subject: row.Subject, Notices: activation.NoticeChoice(row.Notices), CreatedAt: moment(row.CreatedAt), UpdatedAt: moment(row.UpdatedAt), Version: row.Version,
	}
	if len(row.SealedTotp) > 0 {
		p.SealedTOTP = row.SealedTotp
	}
	return p, nil
}

// CreatePerson implements store.Tx.
func (t *txn) CreatePerson(ctx context.Context, p activation.Person) error {
	return savedPerson(ctx, t.q.InsertPerson(ctx, sqlcgen.InsertPersonParams{
		ID: string(p.ID), Name: p.Name, Email: p.Email.String(), Role: string(p.Role), SeesPersons: flag(p.SeesPersons), Off: flag(p.Off),
		PasswordHash: p.PasswordHash, SealedTotp: present(p.SealedTOTP), TotpStep: p.TOTPStep, Issuer: p.Issuer, Subject: p.Subject,
		CreatedAt: micros(p.CreatedAt), UpdatedAt: micros(p.UpdatedAt),
	}))
}

// UpdatePerson implements store.Tx.
func (t *txn) UpdatePerson(ctx context.Context, p activation.Person) error {
	n, err := t.q.UpdatePerson(ctx, sqlcgen.UpdatePersonParams{
		Name: p.Name, Email: p.Email.String(), Role: string(p.Role), SeesPersons: flag(p.SeesPersons), Off: flag(p.Off),
		PasswordHash: p.PasswordHash, SealedTotp: present(p.SealedTOTP), TotpStep: p.TOTPStep, Issuer: p.Issuer, Subject: p.Subject,
		UpdatedAt: micros(p.UpdatedAt), ID: string(p.ID), Version: p.Version,
	})
	if err != nil {
		return savedPerson(ctx, err)
	}
	return changed(n, "person", func() error { _, err := t.Person(ctx, p.ID); return err })
}

// UseCode implements store.Tx.
func (t *txn) UseCode(ctx context.Context, id activation.PersonID, step int64) error {
	n, err := t.q.UseCode(ctx, sqlcgen.UseCodeParams{Step: step, ID: string(id)})
	if err != nil {
		return saved(ctx, "person", err)
	}
	return changed(n, "one-time code", func() error { _, err := t.Person(ctx, id); return err })
}

// savedPerson translates the outcome of writing a person; the error never holds the address.
func savedPerson(ctx context.Context, err error) error {
	if isUnique(err) {
		e := activation.Errorf(activation.CodeConflict, "somebody else has this address or this single sign-on").WithField("email").
			WithRemedy("Use another address, or change the person who has it")
		e.Err = err
		return e
	}
	return saved(ctx, "person", err)
}

// SessionByHash implements store.Reader.
func (r *reader) SessionByHash(ctx context.Context, hash []byte) (activation.Session, error) {
	row, err := r.q.SessionByHash(ctx, present(hash))
	if err != nil {
		return activation.Session{}, missing(ctx, "session", "with this secret", err)
	}
	return toSession(row), nil
}

// Sessions implements store.Reader.
func (r *reader) Sessions(ctx context.Context, person activation.PersonID) ([]activation.Session, error) {
	rows, err := r.q.SessionsOfPerson(ctx, string(person))
	if err != nil {
		return nil, translate(ctx, "list sessions", err)
	}
	list := make([]activation.Session, 0, len(rows))
	for _, row := range rows {
		list = append(list, toSession(row))
	}
	return list, nil
}

func toSession(row sqlcgen.Session) activation.Session {
	return activation.Session{
		ID: activation.SessionID(row.ID), Person: activation.PersonID(row.PersonID), Hash: row.Hash, CreatedAt: moment(row.CreatedAt),
		SeenAt: moment(row.SeenAt), ProvedAt: moment(row.ProvedAt), EndsAt: moment(row.EndsAt), From: row.FromAddress, Agent: row.Agent,
	}
}

// KnownDevice implements store.Reader.
func (r *reader) KnownDevice(ctx context.Context, hash []byte, person activation.PersonID, after time.Time) (bool, error) {
	n, err := r.q.DeviceKnown(ctx, sqlcgen.DeviceKnownParams{Hash: present(hash), PersonID: string(person), SeenAt: micros(after)})
	return n > 0, translate(ctx, "look for a device", err)
}

// CreateSession implements store.Tx.
func (t *txn) CreateSession(ctx context.Context, s activation.Session) error {
	return saved(ctx, "session", t.q.InsertSession(ctx, sqlcgen.InsertSessionParams{
		ID: string(s.ID), PersonID: string(s.Person), Hash: present(s.Hash), CreatedAt: micros(s.CreatedAt), SeenAt: micros(s.SeenAt),
		ProvedAt: micros(s.ProvedAt), EndsAt: micros(s.EndsAt), FromAddress: s.From, Agent: s.Agent,
	}))
}

// UpdateSession implements store.Tx.
func (t *txn) UpdateSession(ctx context.Context, s activation.Session) error {
	n, err := t.q.TouchSession(ctx, sqlcgen.TouchSessionParams{
		Hash: present(s.Hash), SeenAt: micros(s.SeenAt), ProvedAt: micros(s.ProvedAt), EndsAt: micros(s.EndsAt), ID: string(s.ID),
	})
	if err != nil {
		return saved(ctx, "session", err)
	}
	return found(n, "session", string(s.ID))
}

// DeleteSession implements store.Tx.
func (t *txn) DeleteSession(ctx context.Context, id activation.SessionID, person activation.PersonID) error {
	n, err := t.q.DeleteSession(ctx, sqlcgen.DeleteSessionParams{ID: string(id), PersonID: string(person)})
	if err != nil {
		return translate(ctx, "end a session", err)
	}
	return found(n, "session", string(id))
}

// DeleteSessions implements store.Tx.
func (t *txn) DeleteSessions(ctx context.Context, person activation.PersonID, but activation.SessionID) error {
	return translate(ctx, "end sessions", t.q.DeleteSessionsOfPerson(ctx, sqlcgen.DeleteSessionsOfPersonParams{PersonID: string(person), But: string(but)}))
}

// PutDevice implements store.Tx.
func (t *txn) PutDevice(ctx context.Context, hash []byte, person activation.PersonID, seen time.Time) error {
	return saved(ctx, "device", t.q.PutDevice(ctx, sqlcgen.PutDeviceParams{Hash: present(hash), PersonID: string(person), SeenAt: micros(seen)}))
}

// DeleteDevices implements store.Tx.
func (t *txn) DeleteDevices(ctx context.Context, person activation.PersonID) error {
	return translate(ctx, "forget devices", t.q.DeleteDevicesOfPerson(ctx, string(person)))
}

// SweepSessions implements store.Tx.
func (t *txn) SweepSessions(ctx context.Context, now, unseenSince time.Time) error {
	if err := t.q.DeleteSessionsEnded(ctx, micros(now)); err != nil {
		return translate(ctx, "sweep sessions", err)
	}
	return translate(ctx, "sweep devices", t.q.DeleteDevicesUnseen(ctx, micros(unseenSince)))
}

// TokenByHash implements store.Reader.
func (r *reader) TokenByHash(ctx context.Context, hash []byte) (activation.APIToken, error) {
	row, err := r.q.TokenByHash(ctx, present(hash))
	if err != nil {
		return activation.APIToken{}, missing(ctx, "token", "with this secret", err)
	}
	return toToken(row), nil
}

// Tokens implements store.Reader.
func (r *reader) Tokens(ctx context.Context, person activation.PersonID) ([]activation.APIToken, error) {
	rows, err := r.q.TokensOfPerson(ctx, string(person))
	if err != nil {
		return nil, translate(ctx, "list tokens", err)
	}
	list := make([]activation.APIToken, 0, len(rows))
	for _, row := range rows {
		list = append(list, toToken(row))
	}
	return list, nil
}

func toToken(row sqlcgen.Token) activation.APIToken {
	return activation.APIToken{
		ID: activation.TokenID(row.ID), Name: row.Name, Person: activation.PersonID(row.PersonID), Role: activation.Role(row.Role), Hash: row.Hash,
		Tail: row.Tail, CreatedAt: moment(row.CreatedAt), ExpiresAt: moment(row.ExpiresAt), UsedAt: moment(row.UsedAt),
	}
}

// CreateToken implements store.Tx.
func (t *txn) CreateToken(ctx context.Context, k activation.APIToken) error {
	return written(ctx, "token", k.Name, t.q.InsertToken(ctx, sqlcgen.InsertTokenParams{
		ID: string(k.ID), PersonID: string(k.Person), Name: k.Name, NameKey: nameKey(k.Name), Role: string(k.Role), Hash: present(k.Hash),
		Tail: k.Tail, CreatedAt: micros(k.CreatedAt), ExpiresAt: micros(k.ExpiresAt),
	}))
}

// UseToken implements store.Tx.
func (t *txn) UseToken(ctx context.Context, id activation.TokenID, at time.Time) error {
	n, err := t.q.UseToken(ctx, sqlcgen.UseTokenParams{UsedAt: micros(at), ID: string(id)})
	if err != nil {
		return saved(ctx, "token", err)
	}
	return found(n, "token", string(id))
}

// DeleteToken implements store.Tx.
func (t *txn) DeleteToken(ctx context.Context, id activation.TokenID, person activation.PersonID) error {
	n, err := t.q.DeleteToken(ctx, sqlcgen.DeleteTokenParams{ID: string(id), PersonID: string(person)})
	if err != nil {
		return translate(ctx, "delete a token", err)
	}
	return found(n, "token", string(id))
}

// DeleteTokens implements store.Tx.
func (t *txn) DeleteTokens(ctx context.Context, person activation.PersonID) error {
	return translate(ctx, "delete tokens", t.q.DeleteTokensOfPerson(ctx, string(person)))
}
