// Package dialect turns rules of segments into SQL conditions for an engine. It owns what an operator means (ADR 0008)
// and how relative dates become days; it knows no table, no connection and no destination.
//
// Values travel as placeholders, never as text of a statement. A condition is never NULL: what is missing is in no
// positive condition, and a negation is NOT over its positive twin. Functions and types are spelled for DuckDB; an
// engine that spells them otherwise gets a Dialect of its own beside it.
package dialect
