package configfile

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Write writes the file as YAML, every section in the order in which things are made, with lines of comment at its head.
func (f File) Write(comments []string) ([]byte, error) {
	n := node(reflect.ValueOf(f))
	n.HeadComment = strings.Join(comments, "\n")
	var b bytes.Buffer
	if len(n.Content) == 0 { // YAML has no empty mapping of lines
		return []byte("# " + strings.Join(comments, "\n# ") + "\n"), nil
	}
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// node makes the YAML of a value.
func node(v reflect.Value) *yaml.Node {
	if l, ok := v.Interface().(List); ok {
		return l.node()
	}
	n := &yaml.Node{}
	switch v.Kind() {
	case reflect.Pointer:
		return node(v.Elem())
	case reflect.Struct:
		n.Kind = yaml.MappingNode
		for _, f := range fieldsOf(v) {
			if !f.required && (f.value.IsZero() || ((f.value.Kind() == reflect.Slice || f.value.Kind() == reflect.Map) && f.value.Len() == 0)) {
				continue
			}
			n.Content = append(n.Content, text(f.name), node(f.value))
		}
	case reflect.Slice:
		n.Kind = yaml.SequenceNode
		for i := range v.Len() {
			n.Content = append(n.Content, node(v.Index(i)))
		}
		if v.Len() == 0 || plain(v.Type().Elem()) {
			n.Style = yaml.FlowStyle
		}
	case reflect.Map:
		n.Kind = yaml.MappingNode
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			keys[k.String()] = v.MapIndex(k)
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			n.Content = append(n.Content, text(k), node(keys[k]))
		}
	case reflect.String:
		return text(v.String())
	case reflect.Bool:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!bool", strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int64:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!int", strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!float", strconv.FormatFloat(v.Float(), 'f', -1, 64)
		if !strings.Contains(n.Value, ".") { // a tag would be written
			n.Tag = "!!int"
		}
	default:
		panic("configfile: no YAML of a " + v.Kind().String())
	}
	return n
}

func plain(t reflect.Type) bool { return t.Kind() == reflect.String }

// text is a string, in quotes where other programs would take it for something else: YAML 1.1 has yes and off for booleans, and 06:30 for a number.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	alone, err := yaml.Marshal(s)
	switch {
	case s == "<<", s == "=", n.Style == yaml.LiteralStyle && strings.ContainsAny(s[:1], " \t\n"):
		n.Style = yaml.DoubleQuotedStyle // the library would write it so that it means something else
	case err != nil:
	case bytes.HasPrefix(alone, []byte(`"`)):
		n.Style = yaml.DoubleQuotedStyle
	case bytes.HasPrefix(alone, []byte("'")):
		n.Style = yaml.SingleQuotedStyle
	}
	return n
}
