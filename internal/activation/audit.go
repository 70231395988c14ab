package activation

import (
	"context"
	"encoding/json"
	"time"
)

// ActorKind says what kind of caller acted.
type ActorKind string

// The kinds of actor.
const (
	ActorPerson   ActorKind = "person"   // somebody signed in
	ActorToken    ActorKind = "token"    // a program with a token of somebody
	ActorMachine  ActorKind = "machine"  // whoever can read the data folder: a command on the server's machine
	ActorSchedule ActorKind = "schedule" // Segue itself, on time
	ActorNobody   ActorKind = "nobody"   // somebody who is not signed in
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	// Person is the person who acted, or whose token did; empty for the others.
	Person PersonID `json:"person,omitempty"`
	// Name is how records name the actor: never an address.
	Name string `json:"name"`
	// Token is the token that was used, if any.
	Token TokenID `json:"token,omitempty"`
	// From is the network address of the request; empty for what came from no request.
	From string `json:"from,omitempty"`
}

// AuditEntry is one line of the audit log. The log is append-only: each entry names the hash of the one before.
type AuditEntry struct {
	// Number counts from 1 without gaps.
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	Actor  Actor     `json:"actor"`
	// Action is what was done, such as update-export: the operation's id.
	Action string `json:"action"`
	// Outcome is done, or the code of the error that refused it.
	Outcome string `json:"outcome"`
	// Kind and ID say what it was done to; both may be empty.
	Kind string `json:"kind,omitempty"`
	ID   string `json:"id,omitempty"`
	// Before and After are what it was and became, without secrets and data of customers; absent where there was nothing.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	// Changed names the parts that differ, those too whose values are left out.
	Changed []string `json:"changed,omitempty"`
	// Previous is the hash of the entry before, in hexadecimal digits; 64 zeros for the first.
	Previous string `json:"previous"`
	// Hash is the SHA-256 of the entry's JSON with an empty Hash.
	Hash string `json:"hash,omitempty"`
}

// AuditDone is the outcome of what was not refused.
const AuditDone = "done"

type actingKey struct{}

// Acting is what a context says of who does what; changes of the control store made with it are audited under it.
type Acting struct {
	Actor  Actor
	Action string
	// Written counts the entries that were written under it.
	Written *int
}

// WithActing returns a context in which everything is done by a.
func WithActing(ctx context.Context, a Acting) context.Context {
	return context.WithValue(ctx, actingKey{}, a)
}

// ActingOf returns who does what in ctx; ok is false where nobody was named.
func ActingOf(ctx context.Context) (a Acting, ok bool) {
	a, ok = ctx.Value(actingKey{}).(Acting)
	return a, ok
}
