// Package riverq keeps jobs in the control store's SQLite file and works them with River. It owns how jobs are stored,
// woken, retried and recovered. It knows neither what a job does nor any other table of the file.
//
//	enqueue           worked                      handler returns
//	available ------> running --------> done -------------------> completed, deleted later
//	    ^                |  |---------> snooze, error, stopping --> available from then on
//	    |                |
//	    '-- again -------'  enqueued meanwhile: available at once, whatever the handler returned
//
// River shares the store's one writing connection. That cannot deadlock: River holds it for single statements and
// short transactions of its own, in which it calls nobody; handlers are called without it; Enqueue uses nothing but
// the transaction it is given.
package riverq
