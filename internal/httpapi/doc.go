// Package httpapi owns the REST API under /api/v1: its operations, who may call them, how errors look, and the
// OpenAPI document that is made from the code. It knows no rule of the product, no engine and no file; it translates
// between the wire and the services, and decides nothing else.
//
// There is one file for each resource. Types of requests and responses are in package wire. What every request goes
// through is in guard.go (hosts, origins, headers, panics), log.go and auth.go; how an error becomes an answer is in
// problem.go and, for codes and statuses, in codes.go.
package httpapi
