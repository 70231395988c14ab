package brevosandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

func (c *call) getAttributes() reply {
	defer c.lock()()
	out := []any{}
	for _, at := range c.a.attributes {
		out = append(out, at.describe())
	}
	if c.s.BuiltinsListed == "yes" {
		for _, name := range []string{"WHATSAPP", "LANDLINE_NUMBER", "EXT_ID"} {
			out = append(out, map[string]any{"name": name, "category": "normal", "type": "text"})
		}
	}
	return object(http.StatusOK, map[string]any{"attributes": out})
}

func (at *attribute) describe() map[string]any {
	out := map[string]any{"name": at.name, "category": at.category}
	switch at.category {
	case "category":
		options := []any{}
		for _, o := range at.options {
			options = append(options, map[string]any{"value": o.value, "label": o.label, "valueStr": strconv.FormatInt(o.value, 10)})
		}
		out["enumeration"] = options
	case "calculated", "global":
		out["calculatedValue"] = at.formula
	default:
		out["type"] = at.kind
		if at.kind == "multiple-choice" {
			out["multiCategoryOptions"] = at.labels()
		}
	}
	return out
}

// seedAttribute defines an attribute of the Config.
func (a *account) seedAttribute(s AccountAttribute) error {
	if s.Category == "" {
		s.Category = "normal"
	}
	if s.Type == "" && s.Category == "normal" {
		s.Type = "text"
	}
	if s.Category == "category" {
		s.Type = "category"
	}
	at := attribute{name: strings.ToUpper(s.Name), category: s.Category, kind: s.Type, options: optionsOf(s.Category, s.Options)}
	if message := a.refuseAttribute(&at); message != "" {
		return fmt.Errorf("sandbox: account %q: attribute %q: %s", a.cfg.OrganizationID, s.Name, message)
	}
	a.addAttribute(at)
	return nil
}

// refuseAttribute says why an attribute cannot be created; "" when it can.
func (a *account) refuseAttribute(at *attribute) string {
	kinds, ok := attributeTypes[at.category]
	switch {
	case !ok:
		return "Invalid attribute category"
	case !attributeName.MatchString(at.name):
		return "Invalid attribute name"
	case a.findAttribute(at.name) != nil || builtins[at.name] != 0:
		return "Attribute name must be unique"
	case kinds != nil && !slices.Contains(kinds, at.kind):
		return "Invalid attribute type for the category"
	case kinds == nil && at.formula == "":
		return "value is missing"
	case at.category == "category" && len(at.options) == 0:
		return "enumeration is missing"
	}
	return refuseOptions(at.options)
}

func refuseOptions(options []option) string {
	for i, o := range options {
		switch {
		case o.label == "" || len([]rune(o.label)) > maxOption:
			return "An option should have between 1 and 200 characters"
		case slices.ContainsFunc(options[:i], func(p option) bool { return p.label == o.label || o.value != 0 && p.value == o.value }):
			return "Options should be unique"
		}
	}
	return ""
}

// readOptions reads enumeration or multiCategoryOptions.
func readOptions(body gjson.Result) []option {
	var out []option
	for _, o := range body.Get("enumeration").Array() {
		out = append(out, option{value: o.Get("value").Int(), label: o.Get("label").String()})
	}
	for _, o := range body.Get("multiCategoryOptions").Array() {
		out = append(out, option{label: o.String()})
	}
	return out
}

func (c *call) createAttribute() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	at := attribute{
		name: strings.ToUpper(c.http.PathValue("name")), category: c.http.PathValue("category"),
		kind: body.Get("type").String(), formula: body.Get("value").String(), options: readOptions(body),
	}
	if at.category == "category" && at.kind == "" {
		at.kind = "category"
	}
	defer c.lock()()
	if message := c.a.refuseAttribute(&at); message != "" {
		return invalid(message)
	}
	c.a.addAttribute(at)
	return reply{status: http.StatusCreated}
}

// pathAttribute finds the attribute of the path, or the answer that refuses it.
func (c *call) pathAttribute() (*attribute, *reply) {
	category := c.http.PathValue("category")
	if _, ok := attributeTypes[category]; !ok {
		r := invalid("Invalid attribute category")
		return nil, &r
	}
	at := c.a.findAttribute(c.http.PathValue("name"))
	if at == nil || at.category != category {
		r := notFound("Attribute not found")
		return nil, &r
	}
	return at, nil
}

// updateAttribute changes options or the formula; a type cannot be changed.
func (c *call) updateAttribute() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	defer c.lock()()
	at, refusal := c.pathAttribute()
	if refusal != nil {
		return *refusal
	}
	options := readOptions(body)
	switch {
	case at.category == "calculated" || at.category == "global":
		if at.formula = body.Get("value").String(); at.formula == "" {
			return missing("value is missing")
		}
	case at.category == "category" || at.kind == "multiple-choice":
		if len(options) == 0 {
			return missing("The options are missing")
		}
		if message := refuseOptions(options); message != "" {
			return invalid(message)
		}
		at.options = mergeOptions(at, options)
	default:
		return invalid("Nothing of this attribute can be changed")
	}
	return noContent()
}

// mergeOptions replaces an enumeration, and adds to multiple choices.
func mergeOptions(at *attribute, options []option) []option {
	if at.category == "category" {
		return options
	}
	out := slices.Clone(at.options)
	for _, o := range options {
		if !slices.Contains(at.labels(), o.label) {
			out = append(out, o)
		}
	}
	return out
}

func (c *call) deleteAttribute() reply {
	defer c.lock()()
	at, refusal := c.pathAttribute()
	if refusal != nil {
		return *refusal
	}
	if builtins[at.name] != 0 {
		return invalid("This attribute cannot be deleted")
	}
	c.a.deleteAttribute(at)
	return noContent()
}

// deleteOption deletes one option of a multiple-choice attribute.
func (c *call) deleteOption() reply {
	defer c.lock()()
	if c.http.PathValue("category") != "multiple-choice" {
		return invalid("Invalid attribute type")
	}
	at := c.a.findAttribute(c.http.PathValue("name"))
	if at == nil || at.kind != "multiple-choice" {
		return notFound("Attribute not found")
	}
	i := slices.Index(at.labels(), c.http.PathValue("option"))
	if i < 0 {
		return notFound("Option not found")
	}
	at.options = slices.Delete(slices.Clone(at.options), i, i+1)
	return noContent()
}
