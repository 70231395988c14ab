// Package warehousetest is the suite that every warehouse passes: files and what becomes of them, profiles, rules against
// a model in plain Go, and the hand-over read back. It knows no engine; it is handed one.
package warehousetest
