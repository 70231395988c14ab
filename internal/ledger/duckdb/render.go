package duckdb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// rendering is the SQL that turns the canonical texts v0, v1 ... of a hand-over into the attributes of a row.
// Names and options travel as placeholders.
type rendering struct {
	// parts are expressions, NULL where there is nothing to send, unless what is missing is sent as empty (S16); args belong to them in order.
	parts []string
	args  []any
	// faulty is an expression: the name of the first attribute whose value its type cannot hold, else NULL (S15).
	faulty     string
	faultyArgs []any
}

// number as JSON writes it; what does not look like this is not guessed at.
const jsonNumber = `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`

// moment is a text that is a moment and not a day: it says how far from UTC it is.
const moment = `[0-9]{4}-[0-9]{2}-[0-9]{2}T.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)`

func render(q ledger.PlanRequest) (r rendering) {
	checks := []string{}
	for _, i := range byName(q.Attributes) {
		a, v := q.Attributes[i], fmt.Sprintf("v%d", i)
		value, args := renderOne(v, a, q)
		part := fmt.Sprintf("'\"' || ?::VARCHAR || '\":' || (%s)", value)
		r.args = append(r.args, a.Name)
		r.args = append(r.args, args...)
		if q.Clear && a.Type != activation.AttributeIdentifier && !isIdentifier(a) {
			part = "coalesce(" + part + ", '\"' || ?::VARCHAR || '\":\"\"')"
			r.args = append(r.args, a.Name)
		}
		r.parts = append(r.parts, part)
		if a.Type == activation.AttributeText || a.Type == activation.AttributeIdentifier {
			continue
		}
		checks = append(checks, fmt.Sprintf("WHEN %s IS NOT NULL AND (%s) IS NULL THEN ?::VARCHAR", v, value))
		r.faultyArgs = append(r.faultyArgs, args...)
		r.faultyArgs = append(r.faultyArgs, a.Name)
	}
	r.faulty = "NULL::VARCHAR"
	if len(checks) > 0 {
		r.faulty = "CASE " + strings.Join(checks, " ") + " END"
	}
	return r
}

// byName is the order in which a row names attributes, whatever order people see them in: the fingerprint covers names and values, and
// not how they are lined up (S14).
func byName(list []activation.AttributeSpec) []int {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(list[i].Name, list[j].Name) })
	return order
}

// renderOne returns an expression for one value: JSON text, or NULL if there is none or the type cannot hold it.
func renderOne(v string, a activation.AttributeSpec, q ledger.PlanRequest) (expr string, args []any) {
	switch a.Type {
	case activation.AttributeNumber:
		return fmt.Sprintf("CASE WHEN regexp_full_match(%[1]s, '%[2]s') AND isfinite(TRY_CAST(%[1]s AS DOUBLE)) THEN %[1]s END", v, jsonNumber), nil
	case activation.AttributeDate:
		// A moment is the day that it is in the export's time zone (S25). Days that need more than ten characters are none.
		day := fmt.Sprintf(`CASE WHEN regexp_full_match(%[1]s, '%[2]s') THEN timezone(?::VARCHAR, TRY_CAST(%[1]s AS TIMESTAMPTZ))::DATE::VARCHAR
			WHEN regexp_full_match(%[1]s, '[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?') THEN TRY_CAST(left(%[1]s, 10) AS DATE)::VARCHAR END`, v, moment)
		return fmt.Sprintf(`list_transform([%s], lambda day: CASE WHEN strlen(day) = 10 THEN '"' || day || '"' END)[1]`, day), []any{zoneOf(q)}
	case activation.AttributeBoolean:
		return fmt.Sprintf("CASE WHEN lower(%[1]s) IN ('true', 'yes', '1', 'da') THEN ?::VARCHAR WHEN lower(%[1]s) IN ('false', 'no', '0', 'ne') THEN ?::VARCHAR END", v), []any{q.True, q.False}
	case activation.AttributeCategory:
		return fmt.Sprintf("CASE WHEN list_contains(?::VARCHAR[], %[1]s) THEN to_json(%[1]s)::VARCHAR END", v), []any{a.Options}
	case activation.AttributeMultipleChoice:
		list := fmt.Sprintf("list_filter(list_transform(string_split(%s, ';'), x -> trim(x)), x -> x <> '')", v)
		return fmt.Sprintf("CASE WHEN len(%[1]s) > 0 AND list_has_all(?::VARCHAR[], %[1]s) THEN to_json(%[1]s)::VARCHAR END", list), []any{a.Options}
	default:
		return fmt.Sprintf("to_json(%s)::VARCHAR", v), nil
	}
}

func zoneOf(q ledger.PlanRequest) string {
	if q.Zone == "" {
		return "UTC"
	}
	return q.Zone
}

// object is the SQL for a whole row's attributes as a JSON object.
func (r rendering) object() string {
	if len(r.parts) == 0 {
		return "'{}'"
	}
	return "'{' || concat_ws(',', " + strings.Join(r.parts, ", ") + ") || '}'"
}
