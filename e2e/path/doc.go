// Package path tests the whole way of data on the real binary: a file becomes a table, the table profiles, profiles
// segments, and segments lists at the sandbox, each a program of its own. What must come out is calculated by the
// tests themselves. It has no code besides its tests.
package path
