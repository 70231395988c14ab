// Package world tests Segue as a whole against a plain model of SEMANTICS.md: random people, exports and histories go
// through the real warehouse, ledger, Brevo adapter and sandbox, and every list must end as the model says. It has
// no code besides its tests.
package world
