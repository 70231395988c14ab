// Package audit owns the audit log: who did what, when, from where, and what it changed. Entries are written in the
// transaction of the change that they tell of, so that there is neither one without the other; each names the hash of
// the one before. It knows no HTTP and no rule of the product, and keeps secrets and data of customers out.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// first is what the first entry names as the hash before it.
const first = "0000000000000000000000000000000000000000000000000000000000000000"

// Log writes and reads the audit log. It is safe for concurrent use.
type Log struct {
	store store.Store
	clock func() time.Time
}

// NewLog returns the log of a control store.
func NewLog(s store.Store, clock func() time.Time) (*Log, error) {
	if s == nil || clock == nil {
		return nil, fmt.Errorf("audit: the configuration is incomplete")
	}
	return &Log{store: s, clock: clock}, nil
}

// Note writes an entry of its own: for what changes nothing in the control store, or was refused.
func (l *Log) Note(ctx context.Context, e activation.AuditEntry) error {
	return l.store.Update(ctx, func(tx store.Tx) error { return l.append(ctx, tx, e) })
}

// append gives the entry its number, moment and hash, and stores it.
func (l *Log) append(ctx context.Context, tx store.Tx, e activation.AuditEntry) error {
	last, err := tx.LastAudit(ctx)
	switch activation.CodeOf(err) {
	case "":
	case activation.CodeNotFound:
		last = activation.AuditEntry{Hash: first}
	default:
		return err
	}
	e.Number, e.Previous, e.At = last.Number+1, last.Hash, l.clock().UTC().Truncate(time.Microsecond)
	if e, err = asRead(e); err != nil {
		return err
	}
	if e.Hash, err = hash(e); err != nil {
		return err
	}
	return tx.AppendAudit(ctx, e)
}

// asRead is an entry as it comes back from the store: bytes that are no text are read as other ones than they were written, and the
// hash would be another.
func asRead(e activation.AuditEntry) (out activation.AuditEntry, err error) {
	b, err := json.Marshal(e)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		return e, fmt.Errorf("encode an entry of the audit log: %w", err)
	}
	return out, nil
}

// hash is the SHA-256 of an entry's JSON without its hash.
func hash(e activation.AuditEntry) (string, error) {
	e.Hash = ""
	b, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("encode an entry of the audit log: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Before lists at most limit entries before the number (0: from the newest), newest first.
func (l *Log) Before(ctx context.Context, number int64, limit int) (list []activation.AuditEntry, err error) {
	err = l.store.View(ctx, func(r store.Reader) error {
		list, err = r.AuditBefore(ctx, number, limit)
		return err
	})
	return list, err
}

// page is how many entries are read at once.
const page = 1000

// All yields every entry, oldest first.
func (l *Log) All(ctx context.Context) iter.Seq2[activation.AuditEntry, error] {
	return func(yield func(activation.AuditEntry, error) bool) {
		var after int64
		for {
			var list []activation.AuditEntry
			err := l.store.View(ctx, func(r store.Reader) (err error) {
				list, err = r.AuditAfter(ctx, after, page)
				return err
			})
			if err != nil {
				yield(activation.AuditEntry{}, err)
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
				after = e.Number
			}
			if len(list) < page {
				return
			}
		}
	}
}

// Verdict is what verifying the log has found.
type Verdict struct {
	// Entries is how many there are, Head the hash of the newest: written down elsewhere, it shows later whether
	// the log was cut off or made anew.
	Entries int64
	Head    string
}

// Verify follows the chain from the first entry to the last. It fails with CodeCorrupt, and names the entry, where a
// number is missing, a hash is not that of the entry, or an entry does not name the one before. With a hash from an
// earlier verdict it fails as well if no entry has that hash: the log was cut off or made anew.
func (l *Log) Verify(ctx context.Context, earlier string) (Verdict, error) {
	v := Verdict{Head: first}
	seen := earlier == "" || earlier == first
	for e, err := range l.All(ctx) {
		if err != nil {
			return v, err
		}
		sum, err := hash(e)
		if err != nil {
			return v, err
		}
		switch {
		case e.Number != v.Entries+1:
			return v, broken(v.Entries+1, "is missing")
		case e.Previous != v.Head:
			return v, broken(e.Number, "does not follow from the one before")
		case e.Hash != sum:
			return v, broken(e.Number, "is not as it was written")
		}
		v.Entries, v.Head = e.Number, e.Hash
		seen = seen || e.Hash == earlier
	}
	if !seen {
		return v, activation.Errorf(activation.CodeCorrupt, "no entry of the audit log has the hash given: entries were cut off, or the log was made anew").
			WithRemedy("Compare the data folder with a backup from when that hash was the newest")
	}
	return v, nil
}

func broken(number int64, what string) error {
	return activation.Errorf(activation.CodeCorrupt, "entry %d of the audit log %s", number, what).
		WithRemedy("Keep the data folder as it is, and compare it with a backup")
}
