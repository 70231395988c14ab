package access

import (
	"maps"
	"slices"

	"segue/internal/activation"
)

// Right is something that a role may allow: the rows of the table of roles.
type Right string

// The rights.
const (
	// RightSee is to see segments, exports, runs, receipts, statuses.
	RightSee Right = "see"
	// RightSeePersons is to see customers: profiles, samples, rejects, rows of plans, the log of requests.
	RightSeePersons Right = "see_persons"
	// RightSeeMasked is to see counts, and values of customers masked unless RightSeePersons is there as well.
	RightSeeMasked Right = "see_masked"
	// RightChangeData is to create and change file sources, the profile and segments.
	RightChangeData Right = "change_data"
	// RightChangeDatabases is to create, look into, change and remove database sources, and to see where they lie: they hold
	// credentials. Operations on sources ask for it besides, where the source is one.
	RightChangeDatabases Right = "change_databases"
	// RightWriteQueries is to write the SQL queries of segments: they may read every table. Operations on segments ask for it
	// besides, where a query is new.
	RightWriteQueries Right = "write_queries"
	// RightChangeExport is to create, change, run, schedule, release, remove an export; by a contributor only while its
	// connection is shared with contributors.
	RightChangeExport Right = "change_export"
	// RightUseConnection is to see name, type and account of a connection when making an export; by a contributor only
	// of shared ones.
	RightUseConnection Right = "use_connection"
	// RightAdminister is to create, edit, share, test, remove connections; people, roles, settings, the audit log.
	RightAdminister Right = "administer"
	// RightOwn is what everybody may who signed in as a person: one's own sessions, password, tokens.
	RightOwn Right = "own"
	// RightSignIn is what asks for no sign-in.
	RightSignIn Right = "sign_in"
)

// least is the table of roles: the least role that has each right.
var least = map[Right]activation.Role{
	RightSee:             activation.RoleViewer,
	RightSeeMasked:       activation.RoleViewer,
	RightSeePersons:      activation.RoleContributor, // and viewers whom an administrator lets
	RightChangeData:      activation.RoleContributor,
	RightChangeDatabases: activation.RoleAdministrator,
	RightWriteQueries:    activation.RoleAdministrator,
	RightChangeExport:    activation.RoleContributor,
	RightUseConnection:   activation.RoleContributor,
	RightAdminister:      activation.RoleAdministrator,
	RightOwn:             activation.RoleViewer,
}

// operations says which right each operation of the API asks for. An operation that is not here cannot be registered.
var operations = map[string]Right{
	"get-health": RightSignIn, "sign-in": RightSignIn, "get-setup": RightSignIn, "set-up": RightSignIn,
	"get-sso": RightSignIn, "start-sso": RightSignIn, "finish-sso": RightSignIn,

	"get-version": RightSee, "get-settings": RightSee, "list-operators": RightSee,
	"get-profile": RightSee, "get-unification": RightSee, "list-sources": RightSee, "get-source": RightSee,
	"list-relationships": RightSee, "list-segment-uses": RightSee,
	"list-segments": RightSee, "get-segment": RightSee, "count-segment": RightSee, "get-segment-overlap": RightSee, "get-segment-trend": RightSee,
	"list-exports": RightSee, "get-export": RightSee, "get-export-people": RightSee, "get-list-sizes": RightSee, "list-runs": RightSee, "get-run": RightSee, "watch-run": RightSee, "list-batches": RightSee,

	"get-refresh-schedule": RightSee, "list-refreshes": RightSee, "get-refresh": RightSee, "get-status": RightSee,

	"list-profiles": RightSeePersons, "search-profiles": RightSeePersons, "get-customer": RightSeePersons, "get-field-stats": RightSeePersons,
	"list-clusters": RightSeePersons, "explain-rows": RightSeePersons, "list-pairs": RightSeePersons, "list-profile-changes": RightSeePersons,
	"list-members": RightSeePersons, "list-segment-changes": RightSeePersons, "download-rejects": RightSeePersons, "list-rows": RightSeeMasked,

	"create-source": RightChangeData, "preview-source": RightChangeData, "update-source": RightChangeData, "delete-source": RightChangeData,
	"ingest-source": RightChangeData, "list-quarantine": RightChangeData, "download-quarantine": RightChangeData, "put-upload": RightChangeData, "list-files": RightChangeData,
	"put-unification": RightChangeData, "suggest-unification": RightChangeData, "preview-unification": RightChangeData,
	"put-pair": RightChangeData, "delete-pair": RightChangeData, "separate-row": RightChangeData,
	"put-profile": RightChangeData, "suggest-profile": RightChangeData, "build-profile": RightChangeData,
	"create-relationship": RightChangeData, "delete-relationship": RightChangeData,
	"create-segment": RightChangeData, "preview-segment": RightChangeData, "update-segment": RightChangeData, "delete-segment": RightChangeData,
	"duplicate-segment": RightChangeData, "set-segment-schedule": RightChangeData, "evaluate-segment": RightChangeData,
	"start-refresh": RightChangeData, "cancel-refresh": RightChangeData,

	"create-export": RightChangeExport, "update-export": RightChangeExport, "delete-export": RightChangeExport, "start-run": RightChangeExport,
	"cancel-run": RightChangeExport, "release-run": RightChangeExport, "refuse-run": RightChangeExport, "decide-run": RightChangeExport, "give-up-run": RightChangeExport,
	"refresh-and-run": RightChangeExport, "run-all": RightChangeExport, "detach-export": RightChangeExport, "attach-export": RightChangeExport,
	"duplicate-export": RightChangeExport, "schedule-exports": RightChangeExport, "set-freshness": RightChangeExport, "adopt-orphans": RightChangeExport,

	"list-connections": RightUseConnection, "get-connection": RightUseConnection, "list-lists": RightUseConnection, "create-list": RightUseConnection,
	"list-attributes": RightUseConnection, "create-attribute": RightUseConnection, "check-contract": RightUseConnection,

	"create-connection": RightAdminister, "check-connection": RightAdminister, "update-connection": RightAdminister, "delete-connection": RightAdminister,
	"test-connection": RightAdminister, "remove-connection": RightAdminister, "set-export-user": RightAdminister, "agree-connection": RightAdminister, "list-uses": RightAdminister,
	"list-people": RightAdminister, "create-person": RightAdminister, "get-person": RightAdminister, "update-person": RightAdminister,
	"reset-password":       RightAdminister,
	"put-refresh-schedule": RightAdminister,
	"get-notice-settings":  RightAdminister, "put-notice-settings": RightAdminister, "test-notices": RightAdminister, "list-notices": RightAdminister,
	"list-audit": RightAdminister, "download-audit": RightAdminister, "verify-audit": RightAdminister,

	"get-me": RightOwn, "sign-out": RightOwn, "prove-again": RightOwn, "prove-by-sso": RightOwn, "change-password": RightOwn, "list-sessions": RightOwn, "end-session": RightOwn,
	"new-codes": RightOwn, "confirm-codes": RightOwn, "remove-codes": RightOwn, "list-tokens": RightOwn, "create-token": RightOwn, "delete-token": RightOwn,
	"choose-notices": RightOwn,
}

// RightOf returns the right that an operation asks for; ok is false for one that has no rule.
func RightOf(operation string) (r Right, ok bool) {
	r, ok = operations[operation]
	return r, ok
}

// Operations lists the operations that have a rule, by name.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// Caller is who calls, and what they may do.
type Caller struct {
	Actor activation.Actor
	Role  activation.Role
	// SeesPersons lets a viewer see customers.
	SeesPersons bool
	// Session is where the person is signed in; the zero session for tokens.
	Session activation.Session
	// Person is the person who calls, or whose token does; the zero person for a command on the server's machine.
	Person activation.Person
}

// Has reports whether the caller has the right. What hangs on a connection is asked with MayUse as well.
func (c Caller) Has(r Right) bool {
	switch r {
	case RightSignIn:
		return true
	case RightSeePersons:
		return (c.SeesPersons && c.Role.Valid()) || c.Role.AtLeast(least[r])
	case RightOwn:
		return c.Actor.Kind == activation.ActorPerson && c.Role.Valid()
	}
	role, ok := least[r]
	return ok && c.Role.AtLeast(role)
}

// Check fails with CodeForbidden, saying who could, if the caller lacks the right.
func (c Caller) Check(r Right) error {
	if c.Has(r) {
		return nil
	}
	e := activation.Errorf(activation.CodeForbidden, "your role does not allow this")
	switch {
	case r == RightOwn:
		return activation.Errorf(activation.CodeForbidden, "this is for people who are signed in, not for programs with a token")
	case r == RightSeePersons:
		return e.WithRemedy("Ask an administrator to let you see customers")
	case least[r] == activation.RoleContributor:
		return e.WithRemedy("Ask a contributor, or ask an administrator for that role")
	}
	return e.WithRemedy("Ask an administrator")
}

// MayUse reports whether the caller may use a connection for exports: administrators always, contributors while it is
// shared with them.
func (c Caller) MayUse(k activation.Connection) bool {
	return c.Role == activation.RoleAdministrator || (c.Role == activation.RoleContributor && k.Shared)
}

// CheckUse fails with CodeForbidden if the caller may not use the connection.
func (c Caller) CheckUse(k activation.Connection) error {
	if c.MayUse(k) {
		return nil
	}
	return activation.Errorf(activation.CodeForbidden, "the connection is not shared with contributors").
		WithRemedy("Ask an administrator to share the connection, or to do it")
}
