// Package sqlguard judges a SELECT that a person wrote, by its syntax tree as DuckDB's json_serialize_sql tells it. It accepts only what
// it knows: everything in a tree that it has no rule for is refused. It knows no table, no connection and no value.
//
// An accepted tree is rewritten so that every table in it has a name of ours: one that is not a name of a common table expression made
// for it names nothing. What is run is the rewritten tree, never the text that somebody wrote.
package sqlguard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"segue/internal/activation"
)

// Bounds of a statement; far above what a person writes.
const (
	MaxNodes   = 5000
	MaxDepth   = 100
	MaxConcats = 8 // each may double the length of a text
)

// Env is what a statement may use.
type Env struct {
	// Tables gives, by the lower-case name that people know a table by, the name that it has in the rewritten statement.
	Tables map[string]string
	// Now and Today stand for the moment: a timestamp such as 2026-11-24 08:30:00, in UTC, and a day such as 2026-11-24.
	Now, Today string
	// Concat is the function that takes the place of ||, if any. It takes two texts.
	Concat string
}

// Result is an accepted statement.
type Result struct {
	// Tree is the rewritten tree, for json_deserialize_sql.
	Tree []byte
	// Tables are the names, as Env has them, of the tables that it reads.
	Tables []string
}

// Judge judges a tree. It fails with CodeInvalid, saying what is not allowed.
func Judge(tree []byte, env Env) (Result, error) {
	root, err := parse(tree)
	if err != nil {
		return Result{}, err
	}
	g := &guard{env: env, ctes: map[string]string{}}
	if failed, _ := root["error"].(bool); failed {
		if kind, _ := root["error_type"].(string); kind == "not implemented" {
			return Result{}, refuse("only a SELECT is allowed")
		}
		message, _ := root["error_message"].(string)
		return Result{}, refuse("the query is not understood: %s", firstLine(message))
	}
	if err := g.only("statement", root, "error", "statements"); err != nil {
		return Result{}, err
	}
	statements, _ := root["statements"].([]any)
	if len(statements) != 1 {
		return Result{}, refuse("exactly one SELECT is allowed, not %d statements", len(statements))
	}
	statement, _ := statements[0].(map[string]any)
	if err := g.names(statement); err != nil {
		return Result{}, err
	}
	if err := g.query(statement, 1); err != nil {
		return Result{}, err
	}
	out, err := json.Marshal(root)
	slices.Sort(g.used)
	return Result{Tree: out, Tables: slices.Compact(g.used)}, err
}

// Names returns the names, in lower case and each once, that a tree reads tables by, whether there are such tables or not, without
// those of its own WITH. It judges nothing: a tree that says nothing reads nothing.
func Names(tree []byte) ([]string, error) {
	root, err := parse(tree)
	if err != nil {
		return nil, err
	}
	read, own := map[string]bool{}, map[string]bool{}
	collect(root, read, own)
	maps.DeleteFunc(read, func(name string, _ bool) bool { return own[name] })
	return slices.Sorted(maps.Keys(read)), nil
}

func collect(v any, read, own map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		if name, ok := v["table_name"].(string); ok && v["type"] == "BASE_TABLE" {
			read[strings.ToLower(name)] = true
		}
		m, _ := part(v, "cte_map")
		list, _ := m["map"].([]any)
		for _, e := range list {
			entry, _ := e.(map[string]any)
			name, _ := entry["key"].(string)
			own[strings.ToLower(name)] = true
		}
		for _, c := range v {
			collect(c, read, own)
		}
	case []any:
		for _, c := range v {
			collect(c, read, own)
		}
	}
}

// Same reports whether two trees are the same but for where things stood in the text.
func Same(a, b []byte) bool {
	x, err := parse(a)
	if err != nil {
		return false
	}
	y, err := parse(b)
	if err != nil {
		return false
	}
	strip(x)
	strip(y)
	one, err := json.Marshal(x)
	if err != nil {
		return false
	}
	two, err := json.Marshal(y)
	return err == nil && bytes.Equal(one, two)
}

// strip removes the places in the text, and what says nothing.
func strip(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, c := range v {
			strip(c)
			if key == "query_location" || blank(c) {
				delete(v, key)
			}
		}
	case []any:
		for _, c := range v {
			strip(c)
		}
	}
}

func parse(tree []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(tree))
	dec.UseNumber()
	var root map[string]any
	if err := dec.Decode(&root); err != nil {
		return nil, refuse("the query is not understood")
	}
	return root, nil
}

func refuse(text string, args ...any) error {
	return activation.Errorf(activation.CodeInvalid, text, args...).WithField("sql").WithRemedy("Write one SELECT that only reads tables of data sources and profiles, with plain functions (docs/sql.md)")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// guard is the judgement of one statement.
type guard struct {
	env Env
	// ctes are the statement's own common table expressions: the lower-case name, and the name that takes its place. Each name is used
	// once in a statement, so that a name means the same thing wherever it stands.
	ctes           map[string]string
	used           []string
	nodes, concats int
}

// names collects the statement's own common table expressions, wherever they are.
func (g *guard) names(v any) error {
	switch v := v.(type) {
	case map[string]any:
		if m, ok := v["cte_map"].(map[string]any); ok {
			list, _ := m["map"].([]any)
			for _, e := range list {
				entry, _ := e.(map[string]any)
				name, _ := entry["key"].(string)
				key := strings.ToLower(name)
				if _, twice := g.ctes[key]; twice || name == "" {
					return refuse("the name %q is given twice in WITH", name)
				}
				if _, known := g.env.Tables[key]; known {
					return refuse("the name %q in WITH is that of a table", name)
				}
				g.ctes[key] = fmt.Sprintf("segue_own_%d", len(g.ctes))
			}
		}
		for _, c := range v {
			if err := g.names(c); err != nil {
				return err
			}
		}
	case []any:
		for _, c := range v {
			if err := g.names(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// only holds that a node has no parts but those that are known.
func (g *guard) only(what string, node map[string]any, known ...string) error {
	for k, v := range node {
		if !slices.Contains(known, k) && !blank(v) {
			return refuse("%s: %s is not allowed", what, strings.ReplaceAll(k, "_", " "))
		}
	}
	return nil
}

// blank reports whether a part says nothing.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// step counts a node on the way down.
func (g *guard) step(depth int) error {
	if g.nodes++; g.nodes > MaxNodes {
		return refuse("the query has more than %d parts", MaxNodes)
	}
	if depth > MaxDepth {
		return refuse("the query is nested deeper than %d levels", MaxDepth)
	}
	return nil
}

// part returns a part that is a node.
func part(node map[string]any, key string) (map[string]any, bool) {
	m, ok := node[key].(map[string]any)
	return m, ok
}

// query judges what holds a query in "node".
func (g *guard) query(holder map[string]any, depth int) error {
	if err := g.only("query", holder, "node"); err != nil {
		return err
	}
	node, ok := part(holder, "node")
	if !ok {
		return refuse("a query is empty")
	}
	return g.node(node, depth)
}

func (g *guard) node(node map[string]any, depth int) error {
	if err := g.step(depth); err != nil {
		return err
	}
	if err := g.with(node, depth+1); err != nil {
		return err
	}
	if err := g.modifiers(node, depth+1); err != nil {
		return err
	}
	switch kind, _ := node["type"].(string); kind {
	case "SELECT_NODE":
		return g.selectNode(node, depth+1)
	case "SET_OPERATION_NODE":
		if err := g.only("a set operation", node, "type", "modifiers", "cte_map", "setop_type", "left", "right", "setop_all", "children"); err != nil {
			return err
		}
		if t, _ := node["setop_type"].(string); !slices.Contains([]string{"UNION", "EXCEPT", "INTERSECT"}, t) {
			return refuse("only UNION, EXCEPT and INTERSECT are allowed between queries")
		}
		children, _ := node["children"].([]any)
		for _, side := range append([]any{node["left"], node["right"]}, children...) {
			if side == nil && len(children) > 0 {
				continue
			}
			q, ok := side.(map[string]any)
			if !ok {
				return refuse("a side of a set operation is missing")
			}
			if err := g.node(q, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "RECURSIVE_CTE_NODE":
		return refuse("WITH RECURSIVE is not allowed")
	default:
		return refuse("%s is not allowed", words(kind))
	}
}

func words(kind string) string {
	if kind == "" {
		return "a part without a name"
	}
	return strings.ToLower(strings.ReplaceAll(kind, "_", " "))
}

func (g *guard) selectNode(node map[string]any, depth int) error {
	if err := g.only("SELECT", node, "type", "modifiers", "cte_map", "select_list", "from_table", "where_clause", "group_expressions", "group_sets",
		"aggregate_handling", "having", "qualify"); err != nil {
		return err
	}
	for _, key := range []string{"select_list", "group_expressions"} {
		if err := g.expressions(node[key], depth); err != nil {
			return err
		}
	}
	for _, key := range []string{"where_clause", "having", "qualify"} {
		if err := g.maybe(node[key], depth); err != nil {
			return err
		}
	}
	from, ok := part(node, "from_table")
	if !ok {
		return refuse("a SELECT has no FROM")
	}
	return g.table(from, depth)
}

// with judges common table expressions and gives them their new names.
func (g *guard) with(node map[string]any, depth int) error {
	m, ok := part(node, "cte_map")
	if !ok {
		return nil
	}
	if err := g.only("WITH", m, "map"); err != nil {
		return err
	}
	list, _ := m["map"].([]any)
	for _, e := range list {
		entry, _ := e.(map[string]any)
		if err := g.only("WITH", entry, "key", "value"); err != nil {
			return err
		}
		value, ok := part(entry, "value")
		if !ok {
			return refuse("a name in WITH has no query")
		}
		if err := g.only("WITH", value, "query", "aliases", "materialized"); err != nil {
			return err
		}
		query, ok := part(value, "query")
		if !ok {
			return refuse("a name in WITH has no query")
		}
		if err := g.query(query, depth); err != nil {
			return err
		}
		name, _ := entry["key"].(string)
		entry["key"] = g.ctes[strings.ToLower(name)]
	}
	return nil
}

func (g *guard) modifiers(node map[string]any, depth int) error {
	list, _ := node["modifiers"].([]any)
	ordered, limited := false, false
	for _, e := range list {
		m, _ := e.(map[string]any)
		switch kind, _ := m["type"].(string); kind {
		case "ORDER_MODIFIER":
			ordered = true
			if err := g.order(m, depth); err != nil {
				return err
			}
		case "LIMIT_MODIFIER":
			limited = true
			if err := g.only("LIMIT", m, "type", "limit", "offset"); err != nil {
				return err
			}
			for _, key := range []string{"limit", "offset"} {
				if n, ok := part(m, key); ok && n["class"] != "CONSTANT" {
					return refuse("LIMIT takes a number")
				}
				if err := g.maybe(m[key], depth); err != nil {
					return err
				}
			}
		case "DISTINCT_MODIFIER":
			if err := g.only("DISTINCT ON", m, "type"); err != nil {
				return err
			}
		default:
			return refuse("%s is not allowed", words(kind))
		}
	}
	if limited && !ordered {
		return refuse("LIMIT without ORDER BY selects others every time")
	}
	return nil
}

// order judges ORDER BY, in a query, a window or an aggregate.
func (g *guard) order(m map[string]any, depth int) error {
	if err := g.only("ORDER BY", m, "type", "orders"); err != nil {
		return err
	}
	return g.orders(m["orders"], depth)
}

func (g *guard) orders(v any, depth int) error {
	list, _ := v.([]any)
	for _, e := range list {
		o, _ := e.(map[string]any)
		if err := g.only("ORDER BY", o, "type", "null_order", "expression"); err != nil {
			return err
		}
		if err := g.expression(o["expression"], depth); err != nil {
			return err
		}
	}
	return nil
}

// table judges what stands in FROM.
func (g *guard) table(t map[string]any, depth int) error {
	if err := g.step(depth); err != nil {
		return err
	}
	switch kind, _ := t["type"].(string); kind {
	case "EMPTY":
		return g.only("FROM", t, "type", "query_location")
	case "BASE_TABLE":
		return g.base(t)
	case "SUBQUERY":
		if err := g.only("a query in FROM", t, "type", "alias", "query_location", "subquery", "column_name_alias"); err != nil {
			return err
		}
		q, _ := part(t, "subquery")
		return g.query(q, depth+1)
	case "JOIN":
		return g.join(t, depth+1)
	case "EXPRESSION_LIST":
		return refuse("VALUES is not allowed; ids that are written out are a condition of their own")
	case "TABLE_FUNCTION":
		return refuse("a function in FROM is not allowed, only tables are")
	default:
		return refuse("%s is not allowed in FROM", words(kind))
	}
}

// base gives a table its name of ours. What has none is no table for people, whatever the engine knows.
func (g *guard) base(t map[string]any) error {
	if err := g.only("a table", t, "type", "alias", "query_location", "table_name", "column_name_alias"); err != nil {
		return err
	}
	name, _ := t["table_name"].(string)
	key := strings.ToLower(name)
	own, isOwn := g.ctes[key]
	to, known := g.env.Tables[key]
	switch {
	case isOwn:
		t["table_name"] = own
	case known:
		t["table_name"] = to
		g.used = append(g.used, to)
	default:
		return refuse("there is no table %q for queries", name)
	}
	if alias, _ := t["alias"].(string); alias == "" {
		t["alias"] = name // so that it can be called by its name
	}
	return nil
}

func (g *guard) join(t map[string]any, depth int) error {
	if err := g.only("a join", t, "type", "alias", "query_location", "left", "right", "condition", "join_type", "ref_type", "using_columns"); err != nil {
		return err
	}
	if kind, _ := t["ref_type"].(string); !slices.Contains([]string{"REGULAR", "CROSS", "NATURAL", ""}, kind) {
		return refuse("%s joins are not allowed", words(kind))
	}
	if kind, _ := t["join_type"].(string); !slices.Contains([]string{"INNER", "LEFT", "RIGHT", "OUTER", "FULL", "SEMI", "ANTI", ""}, kind) {
		return refuse("%s joins are not allowed", words(kind))
	}
	for _, key := range []string{"left", "right"} {
		side, ok := part(t, key)
		if !ok {
			return refuse("a side of a join is missing")
		}
		if err := g.table(side, depth); err != nil {
			return err
		}
	}
	return g.maybe(t["condition"], depth)
}
