// Package clear tests emptying values (S16) on the real warehouse, ledger, Brevo adapter and sandbox, whichever way Brevo treats
// what an import does not name. It has no code besides its tests.
package clear
