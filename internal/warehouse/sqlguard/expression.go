package sqlguard

import (
	"slices"
	"strings"
)

func (g *guard) maybe(v any, depth int) error {
	if blank(v) {
		return nil
	}
	return g.expression(v, depth)
}

func (g *guard) expressions(v any, depth int) error {
	list, _ := v.([]any)
	if !blank(v) && list == nil {
		return refuse("a list of expressions is none")
	}
	for _, e := range list {
		if err := g.expression(e, depth); err != nil {
			return err
		}
	}
	return nil
}

// expressionParts says which parts an expression of each class may have besides those that all have: single expressions, lists of them, and
// what is no expression.
var expressionParts = map[string]struct{ one, many, plain []string }{
	"COLUMN_REF":  {plain: []string{"column_names"}},
	"CONSTANT":    {plain: []string{"value"}},
	"COMPARISON":  {one: []string{"left", "right"}},
	"CONJUNCTION": {many: []string{"children"}},
	"BETWEEN":     {one: []string{"input", "lower", "upper"}},
	"CAST":        {one: []string{"child"}, plain: []string{"cast_type", "try_cast"}},
	"CASE":        {one: []string{"else_expr"}, plain: []string{"case_checks"}},
	"OPERATOR":    {many: []string{"children"}},
	"SUBQUERY":    {one: []string{"child"}, plain: []string{"subquery_type", "subquery", "comparison_type"}},
	"STAR":        {plain: []string{"relation_name"}},
	"FUNCTION":    {one: []string{"filter"}, many: []string{"children"}, plain: []string{"function_name", "schema", "order_bys", "distinct", "is_operator"}},
	"WINDOW": {
		one:   []string{"start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr"},
		many:  []string{"children", "partitions"},
		plain: []string{"function_name", "schema", "orders", "start", "end", "ignore_nulls", "distinct", "exclude_clause"},
	},
}

func (g *guard) expression(v any, depth int) error {
	e, ok := v.(map[string]any)
	if !ok {
		return refuse("an expression is missing")
	}
	if err := g.step(depth); err != nil {
		return err
	}
	class, _ := e["class"].(string)
	p, ok := expressionParts[class]
	if !ok {
		return refuse("%s is not allowed", words(class))
	}
	known := slices.Concat([]string{"class", "type", "alias", "query_location"}, p.one, p.many, p.plain)
	if err := g.only(words(class), e, known...); err != nil {
		return err
	}
	for _, key := range p.one {
		if err := g.maybe(e[key], depth+1); err != nil {
			return err
		}
	}
	for _, key := range p.many {
		if err := g.expressions(e[key], depth+1); err != nil {
			return err
		}
	}
	return g.special(class, e, depth+1)
}

// special judges what is particular to a class.
func (g *guard) special(class string, e map[string]any, depth int) error {
	switch class {
	case "COLUMN_REF":
		return g.column(e)
	case "CONSTANT":
		value, _ := part(e, "value")
		kind, _ := part(value, "type")
		return g.kind(kind)
	case "CAST":
		kind, _ := part(e, "cast_type")
		return g.kind(kind)
	case "CASE":
		return g.cases(e["case_checks"], depth)
	case "OPERATOR":
		if kind, _ := e["type"].(string); !slices.Contains([]string{"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "COMPARE_IN", "COMPARE_NOT_IN"}, kind) {
			return refuse("%s is not allowed", words(kind))
		}
	case "SUBQUERY":
		if kind, _ := e["subquery_type"].(string); !slices.Contains([]string{"SCALAR", "EXISTS", "NOT_EXISTS", "ANY"}, kind) {
			return refuse("%s is not allowed", words(kind))
		}
		q, _ := part(e, "subquery")
		return g.query(q, depth)
	case "FUNCTION":
		return g.function(e, depth)
	case "WINDOW":
		return g.window(e, depth)
	}
	return nil
}

func (g *guard) cases(v any, depth int) error {
	list, _ := v.([]any)
	for _, c := range list {
		check, _ := c.(map[string]any)
		if err := g.only("CASE", check, "when_expr", "then_expr"); err != nil {
			return err
		}
		for _, key := range []string{"when_expr", "then_expr"} {
			if err := g.expression(check[key], depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// column judges a column. A bare name that no column has may be a function without brackets.
func (g *guard) column(e map[string]any) error {
	names, _ := e["column_names"].([]any)
	if len(names) == 0 {
		return refuse("a column has no name")
	}
	first, _ := names[0].(string)
	if len(names) > 1 {
		return nil
	}
	switch name := strings.ToLower(first); name {
	case "current_date":
		g.moment(e, "DATE", g.env.Today)
	case "current_timestamp":
		g.moment(e, "TIMESTAMP", g.env.Now)
	case "current_time", "localtime", "localtimestamp", "current_user", "session_user", "user", "current_role", "current_schema", "current_catalog", "current_database", "current_query":
		return refuse("%s is not allowed; a column of that name is written with its table: t.%s", name, name)
	}
	return nil
}

// moment puts the moment of the evaluation in place of an expression.
func (g *guard) moment(e map[string]any, kind, value string) {
	alias := e["alias"]
	clear(e)
	e["class"], e["type"], e["cast_type"] = "CAST", "OPERATOR_CAST", map[string]any{"id": kind}
	if alias != nil {
		e["alias"] = alias
	}
	e["child"] = map[string]any{
		"class": "CONSTANT", "type": "VALUE_CONSTANT", "value": map[string]any{"type": map[string]any{"id": "VARCHAR"}, "is_null": false, "value": value},
	}
}

// kinds are the types that constants and casts may have.
var kinds = []string{
	"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "INTEGER_LITERAL", "FLOAT", "DOUBLE",
	"VARCHAR", "DATE", "TIMESTAMP", "INTERVAL", "NULL", "SQLNULL",
}

func (g *guard) kind(k map[string]any) error {
	id, _ := k["id"].(string)
	if id == "DECIMAL" {
		return g.only("a type", k, "id", "type_info")
	}
	if !slices.Contains(kinds, id) {
		return refuse("the type %s is not allowed", words(id))
	}
	if id == "INTEGER_LITERAL" {
		return g.only("a type", k, "id", "type_info")
	}
	return g.only("a type", k, "id")
}

// functions are all that may be called: none reads anything but its operands, gives another answer the next time, waits, or, but for ||,
// makes a text longer than its operands.
const functions = `
	+ - * / // % || ~~ !~~ ~~* !~~*
	abs ceil ceiling floor round trunc sign mod greatest least nullif ifnull
	lower upper lcase ucase trim ltrim rtrim substring substr left right length strlen contains starts_with ends_with prefix suffix strpos position instr strip_accents
	split_part regexp_matches regexp_full_match
	date_part datepart date_trunc datetrunc date_diff datediff year month day quarter week weekofyear isoyear dayofweek weekday isodow dayofmonth dayofyear hour minute second last_day make_date
	to_days to_weeks to_months to_quarters to_years to_hours to_minutes to_seconds epoch
	count count_star count_if countif sum avg mean min max bool_and bool_or median`

// windows are what may be called over a window besides aggregates.
const windows = "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value"

func (g *guard) function(e map[string]any, depth int) error {
	name, _ := e["function_name"].(string)
	name = strings.ToLower(name)
	if schema, _ := e["schema"].(string); schema != "" && schema != "main" {
		return refuse("a function is written without a schema, and not behind a point")
	}
	if o, ok := part(e, "order_bys"); ok {
		if err := g.order(o, depth); err != nil {
			return err
		}
	}
	children, _ := e["children"].([]any)
	if len(children) == 0 {
		switch name {
		case "now", "current_timestamp", "get_current_timestamp", "transaction_timestamp":
			g.moment(e, "TIMESTAMP", g.env.Now)
			return nil
		case "today", "current_date":
			g.moment(e, "DATE", g.env.Today)
			return nil
		}
	}
	if !slices.Contains(strings.Fields(functions), name) {
		return refuse("the function %q is not allowed", name)
	}
	if name == "||" {
		if g.concats++; g.concats > MaxConcats {
			return refuse("|| is allowed %d times", MaxConcats)
		}
		g.concat(e, children)
	}
	return nil
}

// concat puts a function in the place of ||, which holds that texts do not become longer than they may.
func (g *guard) concat(e map[string]any, children []any) {
	if g.env.Concat == "" {
		return
	}
	e["function_name"], e["is_operator"] = g.env.Concat, false
	for i, c := range children { // an operator takes operands of any type
		children[i] = map[string]any{"class": "CAST", "type": "OPERATOR_CAST", "cast_type": map[string]any{"id": "VARCHAR"}, "child": c}
	}
}

func (g *guard) window(e map[string]any, depth int) error {
	name, _ := e["function_name"].(string)
	name = strings.ToLower(name)
	if schema, _ := e["schema"].(string); schema != "" && schema != "main" {
		return refuse("a function is written without a schema, and not behind a point")
	}
	if !slices.Contains(strings.Fields(windows+" "+functions), name) {
		return refuse("the function %q is not allowed", name)
	}
	return g.orders(e["orders"], depth)
}
