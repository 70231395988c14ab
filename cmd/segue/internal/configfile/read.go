package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document is what was read of files, and where everything in it stands.
type Document struct {
	File
	// Mistakes are those found so far, in the order of the files.
	Mistakes []Mistake
	places   map[string]Place
	stated   map[string]bool
	files    []string
}

// maxNodes bounds what anchors can make of a small file.
const maxNodes = 500_000

// NewDocument is a document without any file.
func NewDocument() *Document {
	return &Document{places: map[string]Place{}, stated: map[string]bool{}}
}

// Stated reports whether a section is in the files, be it without things.
func (d *Document) Stated(section string) bool { return d.stated[section] }

// Place is where something stands, or else what it is in.
func (d *Document) Place(path string) Place {
	for p := path; p != ""; p = parent(p) {
		if at, ok := d.places[p]; ok {
			return at
		}
	}
	if len(d.files) > 0 {
		return Place{File: d.files[0]}
	}
	return Place{}
}

// parent is what something is in.
func parent(path string) string {
	i := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
	return path[:max(i, 0)]
}

// Add notes a mistake, unless there is one of the same thing already.
func (d *Document) Add(path, remedy, format string, args ...any) {
	if slices.ContainsFunc(d.Mistakes, func(m Mistake) bool {
		return m.Path != "" && (m.Path == path || parent(m.Path) == path && m.Message == "is missing")
	}) {
		return
	}
	d.Mistakes = append(d.Mistakes, Mistake{Place: d.Place(path), Path: path, Message: fmt.Sprintf(format, args...), Remedy: remedy})
}

// Sorted returns the mistakes in the order of the files and their lines, each once.
func (d *Document) Sorted() []Mistake {
	list := slices.Clone(d.Mistakes)
	slices.SortStableFunc(list, func(a, b Mistake) int {
		if x := slices.Index(d.files, a.File) - slices.Index(d.files, b.File); x != 0 {
			return x
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.Compact(list)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// Read adds a file, which may hold several YAML documents.
func (d *Document) Read(name string, text []byte) {
	d.files = append(d.files, name)
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var node yaml.Node
		err := dec.Decode(&node)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			m := Mistake{Place: Place{File: name}, Message: "is no YAML: " + yamlLine.ReplaceAllString(err.Error(), "")}
			if at := yamlLine.FindStringSubmatch(err.Error()); at != nil && at[1] != "" {
				m.Line, _ = strconv.Atoi(at[1])
				m.Column = 1
			}
			d.Mistakes = append(d.Mistakes, m)
			return
		}
		r := &reading{d: d, file: name}
		if node.Kind == yaml.DocumentNode && len(node.Content) == 1 && node.Content[0].Tag != "!!null" {
			r.top(node.Content[0])
		}
	}
}

// reading is one document of a file.
type reading struct {
	d     *Document
	file  string
	nodes int
}

func (r *reading) add(n *yaml.Node, path, remedy, format string, args ...any) {
	r.d.Mistakes = append(r.d.Mistakes, Mistake{
		Place: Place{r.file, n.Line, n.Column}, Path: path, Message: fmt.Sprintf(format, args...), Remedy: remedy,
	})
}

// top reads the sections. Lists of several files are put together; what there is only one of may be stated once.
func (r *reading) top(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.add(n, "", "Begin with a section such as segments:", "is %s, not a mapping of sections", kindOf(n))
		return
	}
	into := reflect.ValueOf(&r.d.File).Elem()
	r.fields(n, into, "", func(key *yaml.Node, f field) bool {
		again := r.d.stated[f.name]
		r.d.stated[f.name] = true
		if again && f.value.Kind() != reflect.Slice {
			r.add(key, f.name, "Leave one of them out", "is stated twice, first in %s", r.d.places[f.name])
			return false
		}
		return true
	})
}

// field is a field of a struct that a file can state.
type field struct {
	name     string
	value    reflect.Value
	tag      reflect.StructTag
	required bool
}

func fieldsOf(v reflect.Value) (list []field) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			list = append(list, fieldsOf(v.Field(i))...)
			continue
		}
		list = append(list, field{name, v.Field(i), f.Tag, !strings.Contains(options, "omitempty")})
	}
	return list
}

// fields reads a mapping into a struct. begin is asked before each value is read, and can leave it out.
func (r *reading) fields(n *yaml.Node, into reflect.Value, path string, begin func(*yaml.Node, field) bool) {
	list := fieldsOf(into)
	var names []string
	for _, f := range list {
		names = append(names, f.name)
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if first := seen[key.Value]; first != nil {
			r.add(key, at, "Leave one of them out", "is stated twice, first in line %d", first.Line)
			continue
		}
		seen[key.Value] = key
		k := slices.IndexFunc(list, func(f field) bool { return f.name == key.Value })
		if k < 0 {
			r.add(key, at, meant(key.Value, names), "there is no such field")
			continue
		}
		if begin != nil && !begin(key, list[k]) {
			continue
		}
		if _, again := r.d.places[at]; !again {
			r.d.places[at] = Place{r.file, key.Line, key.Column}
		}
		r.value(value, list[k].value, at, list[k].tag)
	}
	for _, f := range list {
		if f.required && seen[f.name] == nil && path != "" && !optional(into, f.name) {
			r.add(n, join(path, f.name), "", "is missing")
		}
	}
}

// optional are fields that are always written, but can be left out of a file.
func optional(of reflect.Value, name string) bool {
	return of.Type().Name() == "RefreshSchedule" && name == "on"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// value reads a node into a value.
func (r *reading) value(n *yaml.Node, into reflect.Value, path string, tag reflect.StructTag) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if r.nodes++; r.nodes > maxNodes {
		if r.nodes == maxNodes+1 {
			r.add(n, path, "Write less with anchors", "there is more than fits")
		}
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		r.add(n, path, "Write [] for a list without anything in it, or leave the field out", "is empty")
		return
	}
	if list, ok := into.Addr().Interface().(*List); ok {
		r.list(n, list, path)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		r.value(n, into.Elem(), path, tag)
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			r.add(n, path, "", "is %s, not a mapping of fields", kindOf(n))
			return
		}
		r.fields(n, into, path, nil)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.add(n, path, "Begin each item with a dash", "is %s, not a list", kindOf(n))
			return
		}
		for _, item := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, into.Len())
			into.Set(reflect.Append(into, reflect.Zero(into.Type().Elem())))
			r.d.places[at] = Place{r.file, item.Line, item.Column}
			r.value(item, into.Index(into.Len()-1), at, "")
		}
	case reflect.Map:
		r.mapping(n, into, path)
	default:
		r.scalar(n, into, path, tag)
	}
}

func (r *reading) mapping(n *yaml.Node, into reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		r.add(n, path, "", "is %s, not a mapping of names", kindOf(n))
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := join(path, key.Value)
		if into.MapIndex(reflect.ValueOf(key.Value)).IsValid() {
			r.add(key, at, "Leave one of them out", "is stated twice")
			continue
		}
		r.d.places[at] = Place{r.file, key.Line, key.Column}
		v := reflect.New(into.Type().Elem()).Elem()
		r.value(n.Content[i+1], v, at, "")
		into.SetMapIndex(reflect.ValueOf(key.Value), v)
	}
}

func (r *reading) scalar(n *yaml.Node, into reflect.Value, path string, tag reflect.StructTag) {
	if n.Kind != yaml.ScalarNode {
		r.add(n, path, "", "is %s, not %s", kindOf(n), wanted(into))
		return
	}
	wrong := func() { r.add(n, path, "", "is %s, not %s", kindOf(n), wanted(into)) }
	switch into.Kind() {
	case reflect.String:
		if n.Tag != "!!str" && n.Tag != "!!merge" { // << merges as a key only
			r.add(n, path, fmt.Sprintf("Put it in quotes: %q", n.Value), "is %s, not text", kindOf(n))
			return
		}
		into.SetString(n.Value)
		r.enum(n, path, tag)
	case reflect.Bool:
		if n.Tag != "!!bool" {
			r.add(n, path, "Write true or false", "is %s, not true or false", kindOf(n))
			return
		}
		into.SetBool(strings.EqualFold(n.Value, "true"))
	case reflect.Int, reflect.Int64:
		v, err := strconv.ParseInt(n.Value, 10, 64)
		if err != nil || n.Tag != "!!int" {
			wrong()
			return
		}
		into.SetInt(v)
	case reflect.Float64:
		v, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || (n.Tag != "!!float" && n.Tag != "!!int") {
			wrong()
			return
		}
		if v == 0 && tag.Get("exclusiveMinimum") == "0" {
			r.add(n, path, "Leave it out for what it defaults to", "must be above 0")
			return
		}
		into.SetFloat(v)
	default:
		wrong()
	}
}

// enum holds a text against what it can be.
func (r *reading) enum(n *yaml.Node, path string, tag reflect.StructTag) {
	if list := tag.Get("enum"); list != "" {
		if words := strings.Split(list, ","); !slices.Contains(words, n.Value) {
			r.add(n, path, meant(n.Value, words), "%q is none of what it can be", n.Value)
		}
	}
}

func wanted(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return "a number"
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
	default:
		return "nothing"
	}
	switch n.Tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "empty"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}
