// Package sqlite keeps the control store in one SQLite file. It owns the schema and its migrations, how the domain's
// types lie in it, and how SQLite's failures are told. It knows no rows of customers, no queue and no service: a job
// is put into the transaction by a function that is handed in.
//
// There is one connection that writes and a small pool that reads. Whoever shares the writing connection (see
// Store.Writer) waits in line with everybody else and must never hold it while doing other I/O.
package sqlite
