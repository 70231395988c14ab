// Package destinationtest is the conformance suite of the destination port: what any destination must do, rule by rule of
// SEMANTICS.md. It drives the port only; what lies behind it, the account as it truly is, a Stage shows and changes. It
// knows no adapter, no HTTP and no wording of any destination.
package destinationtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Stage is one account at a destination, seen from behind. Attributes it must have: FIRSTNAME (text), BIRTHDAY (date),
// POINTS (number), CLUB (boolean), GENDER (category with Men and Women), HOBBIES (multiple choice with Chess and Skiing).
// Processes end by themselves within a few seconds.
type Stage interface {
	// Destination opens the account.
	Destination() destination.Destination
	// Stranger opens the same place with credentials that it does not know.
	Stranger() destination.Destination
	// OrganizationID is the account's identity.
	OrganizationID() string

	// NewList and DropList make and delete a list.
	NewList(name string) activation.ListID
	DropList(id activation.ListID)
	// Members are the addresses on a list, sorted.
	Members(id activation.ListID) []string
	// Delete deletes people from the account, as if somebody did it by hand.
	Delete(addresses ...string)
	// Block puts a person on the account's blocklist; Unsubscribe notes that a person left one list.
	Block(address string)
	Unsubscribe(id activation.ListID, address string)

	// Trouble is what the next call that changes something meets.
	Trouble(Trouble)
	// FailProcess makes the next process end as failed.
	FailProcess()
}

// Trouble is something that happens to a call.
type Trouble int

// The kinds of trouble, and what must be known afterwards.
const (
	// Throttled: not now. The call has no effect: NotDone, with a time to wait.
	Throttled Trouble = iota + 1
	// Denied: a definite no, without effect: Refused.
	Denied
	// LostBefore and LostAfter: the connection breaks before or after the call took effect: Unknown, both times.
	LostBefore
	LostAfter
	// Broken: an answer that says nothing, after the call took effect: Unknown.
	Broken
)

// bench is one case's account.
type bench struct {
	*testing.T
	Stage
	d destination.Destination
}

func (b *bench) failed(err error) *destination.Error {
	b.Helper()
	var e *destination.Error
	require.ErrorAs(b, err, &e, "an error of a destination says what is known")
	require.NotEmpty(b, e.Code)
	require.NotEmpty(b, e.Kind)
	require.NotEmpty(b, e.Message)
	return e
}

// send imports rows and waits for the process.
func (b *bench) send(list activation.ListID, rows ...activation.Row) destination.Process {
	b.Helper()
	id, err := b.d.Import(b.Context(), list, rows)
	require.NoError(b, err)
	return b.ended(id)
}

// ended waits until a process has ended.
func (b *bench) ended(id activation.ProcessID) destination.Process {
	b.Helper()
	var found destination.Process
	require.Eventually(b, func() bool {
		list, err := b.d.Processes(b.Context(), 0, 50)
		require.NoError(b, err)
		for _, p := range list {
			if p.ID == id {
				found = p
			}
		}
		return found.ID == id && found.State != destination.ProcessRunning
	}, 10*time.Second, 10*time.Millisecond)
	return found
}

// reported returns the addresses that the reports of a process name.
func (b *bench) reported(p destination.Process) []string {
	b.Helper()
	var list []string
	for _, r := range p.Reports {
		require.NotEmpty(b, r.Kind)
		for line, err := range b.d.Report(b.Context(), r) {
			require.NoError(b, err)
			list = append(list, line.Address.String())
		}
	}
	return list
}

func row(address, attributes string) activation.Row {
	return activation.Row{Address: activation.Email(address), Attributes: []byte(attributes)}
}
