package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// proofs remembers, in memory, what of each run was proved (S13): attributes, and which truth of a boolean. After a restart
// the next batch is proved again.
type proofs struct {
	mu    sync.Mutex
	done  map[activation.RunID]map[string]bool
	since map[activation.BatchID]time.Time
}

func newProofs() *proofs {
	return &proofs{done: map[activation.RunID]map[string]bool{}, since: map[activation.BatchID]time.Time{}}
}

// begin returns when the proof of the batch began.
func (p *proofs) begin(b activation.BatchID, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, started := p.since[b]; !started {
		p.since[b] = now
	}
	return p.since[b]
}

// open returns the rows that show something which the run has not proved yet: all of them in its first batch.
func (p *proofs) open(run activation.RunID, rows []activation.Row) []activation.Row {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := p.done[run]
	if done == nil {
		return rows
	}
	return slices.DeleteFunc(rows, func(r activation.Row) bool {
		return !slices.ContainsFunc(marks(r), func(m string) bool { return !done[m] })
	})
}

// end forgets when the proof of the batch began and remembers what the rows proved; with none, what the run had proved is
// forgotten.
func (p *proofs) end(run activation.RunID, b activation.BatchID, proved []activation.Row) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.since, b)
	if len(proved) == 0 {
		delete(p.done, run)
		return
	}
	if p.done[run] == nil {
		p.done[run] = map[string]bool{}
	}
	for _, r := range proved {
		for _, m := range marks(r) {
			p.done[run][m] = true
		}
	}
}

// marks are what a row can prove: its attributes, for a word of truth which one, and whether it is emptied.
func marks(r activation.Row) (list []string) {
	var values map[string]any
	if json.Unmarshal(r.Attributes, &values) != nil {
		return nil
	}
	for name, v := range values {
		switch text, ok := v.(string); {
		case ok && truth(text) != "":
			name += " " + truth(text)
		case ok && text == "":
			name += " empty" // that it was emptied shows something else than that it was stored (S16)
		}
		list = append(list, name)
	}
	return list
}

// prove reads contacts of the run's first import back and compares them with what was sent; of a later one, those that show
// an attribute for the first time. A difference that lasts stops the run before anything of the batch is acknowledged.
func (s *Service) prove(ctx context.Context, w *work, b ledger.Batch, rejected []ledger.Rejection) error {
	except := make([]activation.Email, 0, len(rejected))
	for _, x := range rejected {
		except = append(except, x.Address)
	}
	contacts := s.cfg.ProofContacts
	if b.Probe {
		contacts = probeRows // all of them
	}
	rows, err := s.cfg.Ledger.Proof(ctx, b.ID, contacts, except)
	if err != nil {
		return err
	}
	if !b.Probe {
		rows = s.proof.open(w.run.ID, rows)
	}
	if len(rows) == 0 {
		return nil // a batch of which every row was rejected proves nothing
	}
	since := s.proof.begin(b.ID, s.cfg.Clock())
	diff, proved, err := s.readBack(ctx, w, b, rows)
	if err != nil {
		return err
	}
	if diff == nil {
		if len(proved) > 0 && b.Probe {
			if err := s.proved(ctx, w); err != nil {
				return err
			}
		}
		if len(proved) > 0 {
			s.proof.end(w.run.ID, b.ID, proved)
		}
		return nil
	}
	if waited := s.cfg.Clock().Sub(since); waited < s.cfg.ProofTime {
		return s.waitFor(w, b, min(max(waited/2, s.cfg.FirstLook), s.cfg.MaxLookStep))
	}
	s.proof.end(w.run.ID, b.ID, nil)
	if b.Probe {
		if diff, err = s.notProved(ctx, w, diff); err != nil {
			return err
		}
	}
	if err := s.settleUnknown(ctx, w, b, ""); err != nil {
		return err
	}
	return diff
}

// readBack compares contacts with rows; it returns the first difference, or which rows were compared.
func (s *Service) readBack(ctx context.Context, w *work, b ledger.Batch, rows []activation.Row) (diff *activation.Error, proved []activation.Row, err error) {
	now, unseen := s.cfg.Clock().UTC(), false
	for _, r := range rows {
		c, err := w.dest.Contact(ctx, r.Address)
		var de *destination.Error
		if errors.As(err, &de) && de.Code == activation.CodeNotFound {
			return proofError("a person who was sent is not a contact of the account", "", "", ""), nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if c.Blocklisted || len(c.Unsubscribed) > 0 {
			// Opted out since the plan: remembered (S8), and what Brevo does with such a person proves nothing.
			if err := s.cfg.Ledger.PutMirror(ctx, w.acct, now.UnixMicro(), []ledger.MirrorContact{mirrored(c)}); err != nil {
				return nil, nil, err
			}
			continue
		}
		if !slices.Contains(c.Lists, b.List) {
			return proofError("a person who was sent is not on the list", "", "", ""), nil, nil
		}
		if d := differs(r.Attributes, c); d != nil {
			return d, nil, nil
		}
		if b.Probe {
			d, landed, err := s.survived(ctx, b, r, c)
			if d != nil || err != nil {
				return d, nil, err
			}
			if !landed {
				unseen = true
				continue
			}
		}
		proved = append(proved, r)
	}
	if unseen && len(proved) == 0 {
		return proofError("it cannot be seen that the import was carried out", "", "", ""), nil, nil
	}
	return nil, proved, nil
}

// differs compares the attributes that were sent with those that are stored.
func differs(sent []byte, c destination.Contact) *activation.Error {
	dec := json.NewDecoder(bytes.NewReader(sent))
	dec.UseNumber()
	values := map[string]any{}
	if err := dec.Decode(&values); err != nil {
		return proofError("a row that was sent cannot be read", "", "", "")
	}
	names := make([]string, 0, len(values))
	for n := range values {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if m := (activation.AttributeMapping{Attribute: n}); m.IsIdentifier() {
			want, _ := values[n].(string)
			got := c.Identifiers[n]
			if m.IsPhone() {
				want, got = activation.NormalisePhoneDigits(want), activation.NormalisePhoneDigits(got)
			}
			if want != got {
				return proofError("the account stored another value than was sent", n, want, got)
			}
			continue
		}
		_, number := values[n].(json.Number)
		if want, got := canonical(values[n]), c.Attributes[n]; !sameValue(want, got, number) {
			return proofError("the account stored another value than was sent", n, want, got)
		}
	}
	return nil
}

func canonical(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		return x.String()
	case []any:
		parts := make([]string, 0, len(x))
		for _, p := range x {
			parts = append(parts, canonical(p))
		}
		sort.Strings(parts)
		return strings.Join(parts, "\x1f")
	default:
		return ""
	}
}

// sameValue compares canonical texts: equal, equal as numbers if a number was sent, or the same truth in other words.
func sameValue(a, b string, number bool) bool {
	if a == b || strings.TrimSpace(a) == strings.TrimSpace(b) {
		return true
	}
	if !number {
		return truth(a) != "" && truth(a) == truth(b)
	}
	x, errA := strconv.ParseFloat(a, 64)
	y, errB := strconv.ParseFloat(b, 64)
	if errA != nil || errB != nil || x != y || math.Abs(x) < 1<<53 {
		return errA == nil && errB == nil && x == y
	}
	// A whole number of more digits than a double holds equals its neighbours as a double.
	m, okA := new(big.Rat).SetString(a)
	n, okB := new(big.Rat).SetString(b)
	return !okA || !okB || !m.IsInt() || m.Cmp(n) == 0
}

func truth(s string) string {
	switch strings.ToLower(s) {
	case "yes", "true":
		return "true"
	case "no", "false":
		return "false"
	}
	return ""
}

// proofError names the attribute and shows sent and stored value by their shape only: values are a person's data.
func proofError(what, attribute, sent, stored string) *activation.Error {
	if attribute != "" {
		what = fmt.Sprintf("%s: %s was sent as %s and is stored as %s", what, attribute, shape(sent), shape(stored))
	}
	return activation.Errorf(activation.CodeProofFailed, "%s", what).
		WithRemedy("Check the attribute's type in Brevo against the field, then run again; nothing of this batch counts as exported")
}

// shape describes a value without giving it away.
func shape(s string) string {
	if s == "" {
		return "nothing"
	}
	if truth(s) != "" {
		return strconv.Quote(s)
	}
	b := []rune(s)
	for i, r := range b {
		switch {
		case r >= '0' && r <= '9':
			b[i] = '9'
		case strings.ContainsRune("-+./: ,;\x1f", r):
		default:
			b[i] = 'a'
		}
	}
	if len(b) > 24 {
		return fmt.Sprintf("%q (%d characters)", string(b[:24])+"…", len(b))
	}
	return strconv.Quote(string(b))
}
