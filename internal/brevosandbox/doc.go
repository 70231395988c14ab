// Package brevosandbox is a stand-in for Brevo's API v3, for rehearsals and
// tests: an http.Handler with accounts, lists, contacts, asynchronous import
// processes, rate limits, and faults on request. It is written from Brevo's
// public documents alone and imports no other package of Segue, so that two
// readings of one API check each other; it knows nothing of segments, exports
// or ledgers.
//
// # Use
//
//	sb, err := brevosandbox.New(brevosandbox.Config{Clock: time.Now})
//	go sb.Run(ctx)                      // background: processes, notifyUrl
//	http.Serve(listener, sb.Handler())  // API under /v3, page at /, control under /_sandbox/
//
// Without Run everything still works: each request first brings the account
// up to the present, so a process that is due completes when somebody looks.
// Only notifyUrl calls need Run.
//
// State is in memory only. The settings (type Settings) are the behaviours that
// public documents leave open. Tests in the same process use the methods of
// Sandbox (SetFaults, Act, Members, Contacts, Requests, Advance, ...); others
// the same over HTTP, see docs/sandbox.md.
package brevosandbox
