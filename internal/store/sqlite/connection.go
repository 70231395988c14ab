package sqlite

import (
	"context"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Connection implements store.Reader.
func (r *reader) Connection(ctx context.Context, id activation.ConnectionID) (activation.Connection, error) {
	row, err := r.q.ConnectionByID(ctx, string(id))
	if err != nil {
		return activation.Connection{}, missing(ctx, "connection", string(id), err)
	}
	return toConnection(row)
}

// ConnectionByName implements store.Reader.
func (r *reader) ConnectionByName(ctx context.Context, name string) (activation.Connection, error) {
	row, err := r.q.ConnectionByNameKey(ctx, nameKey(name))
	if err != nil {
		return activation.Connection{}, missing(ctx, "connection", name, err)
	}
	return toConnection(row)
}

// Connections implements store.Reader.
func (r *reader) Connections(ctx context.Context, p store.Page) ([]activation.Connection, string, error) {
	rows, err := r.q.ConnectionsAfter(ctx, sqlcgen.ConnectionsAfterParams{After: p.After, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list connections", err)
	}
	return cut(rows, p, toConnection, func(c activation.Connection) string { return string(c.ID) })
}

func toConnection(row sqlcgen.Connection) (activation.Connection, error) {
	c := activation.Connection{
		ID: activation.ConnectionID(row.ID), Name: row.Name, Type: activation.DestinationType(row.Type), BaseURL: row.BaseUrl,
		SealedKey: row.SealedKey, KeyTail: row.KeyTail, CheckedAt: moment(row.CheckedAt),
		ConsentAt: moment(row.ConsentAt), ConsentBy: row.ConsentBy, ConsentVersion: row.ConsentVersion, Shared: row.Shared == 1, ClearEmpty: activation.ClearState(row.ClearEmpty), MirrorOff: row.MirrorOff == 1,
		ContactLimit: row.ContactLimit, RemovingAt: moment(row.RemovingAt), RemovedBy: row.RemovedBy,
		CreatedAt: moment(row.CreatedAt), UpdatedAt: moment(row.UpdatedAt), Version: row.Version,
	}
	if err := decode("export user", row.ExportUser, &c.ExportUser); err != nil {
		return c, err
	}
	return c, decode("account details", row.Details, &c.Details)
}

// CreateConnection implements store.Tx.
func (t *txn) CreateConnection(ctx context.Context, c activation.Connection) error {
	parts, err := encodeAll(c.Details, c.ExportUser)
	if err != nil {
		return err
	}
	return written(ctx, "connection", c.Name, t.q.InsertConnection(ctx, sqlcgen.InsertConnectionParams{
		ID: string(c.ID), Name: c.Name, NameKey: nameKey(c.Name), Type: string(c.Type), BaseUrl: c.BaseURL,
		SealedKey: present(c.SealedKey), KeyTail: c.KeyTail, Details: parts[0], ExportUser: parts[1], CheckedAt: micros(c.CheckedAt),
		ConsentAt: micros(c.ConsentAt), ConsentBy: c.ConsentBy, ConsentVersion: c.ConsentVersion, Shared: flag(c.Shared),
		ClearEmpty: string(c.ClearEmpty), MirrorOff: flag(c.MirrorOff), ContactLimit: c.ContactLimit, RemovingAt: micros(c.RemovingAt), RemovedBy: c.RemovedBy,
		CreatedAt: micros(c.CreatedAt), UpdatedAt: micros(c.UpdatedAt),
	}))
}

// UpdateConnection implements store.Tx.
func (t *txn) UpdateConnection(ctx context.Context, c activation.Connection) error {
	parts, err := encodeAll(c.Details, c.ExportUser)
	if err != nil {
		return err
	}
	n, err := t.q.UpdateConnection(ctx, sqlcgen.UpdateConnectionParams{
		Name: c.Name, NameKey: nameKey(c.Name), BaseUrl: c.BaseURL, SealedKey: present(c.SealedKey), KeyTail: c.KeyTail, Details: parts[0], ExportUser: parts[1],
		CheckedAt: micros(c.CheckedAt), ConsentAt: micros(c.ConsentAt), ConsentBy: c.ConsentBy, ConsentVersion: c.ConsentVersion, Shared: flag(c.Shared),
		ClearEmpty: string(c.ClearEmpty), MirrorOff: flag(c.MirrorOff), ContactLimit: c.ContactLimit, RemovingAt: micros(c.RemovingAt), RemovedBy: c.RemovedBy,
		UpdatedAt: micros(c.UpdatedAt), ID: string(c.ID), Version: c.Version,
	})
	if err != nil {
		return written(ctx, "connection", c.Name, err)
	}
	return changed(n, "connection", func() error { _, err := t.Connection(ctx, c.ID); return err })
}

// DeleteConnection implements store.Tx.
func (t *txn) DeleteConnection(ctx context.Context, id activation.ConnectionID) error {
	names, err := t.q.ExportNamesOfConnection(ctx, optional(string(id)))
	if err != nil {
		return translate(ctx, "delete connection", err)
	}
	if err := store.InUse("connection", "the exports", names); err != nil {
		return err
	}
	n, err := t.q.DeleteConnection(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete connection", err)
	}
	return found(n, "connection", string(id))
}

// present keeps an absent value from becoming NULL.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
