// Package brevo talks to Brevo's API v3 over HTTP: it is the adapter behind internal/destination, and the one place that
// knows Brevo's paths, fields, words, limits and habits. It owns what is said to Brevo, what Brevo's answers mean, and
// how much of an account's rate is used. It refuses to know runs, plans, ledgers and profiles, and it keeps nothing.
//
// A Client lasts for one step of work. What clients of one account share, the rate above all, is a Budget; Budgets
// hands out one for each account.
//
// What is never sent (S32): emailBlacklist, smsBlacklist, emailBlacklisted, smsBlacklisted, forceMerge, all: true; no
// DELETE at all. POSTs are never repeated here: an *destination.Error says whether the call may have taken effect. No
// error, log line or URL in a log holds a key, an address or a value of a person. docs/brevo.md says on which facts all
// this rests, where they come from and which test holds them.
package brevo
