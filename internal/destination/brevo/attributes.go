package brevo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// identifiers are built in; whether Brevo lists them all is not documented, so they are always offered.
var identifiers = [...]string{"SMS", "WHATSAPP", "LANDLINE_NUMBER", "EXT_ID"}

func isIdentifier(name string) bool { return slices.Contains(identifiers[:], name) }

// definition is an attribute with what its stored values mean.
type definition struct {
	destination.Attribute
	labels map[string]string // of a category, by value
}

// Attributes implements destination.Destination. EMAIL is left out: it is the address. Those of the categories
// transactional, calculated and global, and those of a type that is not known, cannot be written.
func (c *Client) Attributes(ctx context.Context) ([]destination.Attribute, error) {
	defs, err := c.definitions(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]destination.Attribute, 0, len(defs))
	for _, d := range defs {
		list = append(list, d.Attribute)
	}
	return list, nil
}

func (c *Client) definitions(ctx context.Context) ([]definition, error) {
	r := call{endpoint: getAttributes}
	v, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	if !v.Get("attributes").IsArray() {
		return nil, r.failed(destination.Unknown, "the answer holds no attributes", nil)
	}
	var defs []definition
	for _, a := range v.Get("attributes").Array() {
		d := define(a)
		if d.Name == "" || d.Name == "EMAIL" || slices.ContainsFunc(defs, func(x definition) bool { return x.Name == d.Name }) {
			continue
		}
		defs = append(defs, d)
	}
	for _, name := range identifiers {
		if !slices.ContainsFunc(defs, func(x definition) bool { return x.Name == name }) {
			defs = append(defs, definition{Attribute: destination.Attribute{Name: name, Type: activation.AttributeIdentifier}})
		}
	}
	types := make(map[string]definition, len(defs))
	for _, d := range defs {
		types[d.Name] = d
	}
	c.mu.Lock()
	c.types = types
	c.mu.Unlock()
	return defs, nil
}

// define reads one attribute. A category may come without a type.
func define(v gjson.Result) definition {
	d := definition{Attribute: destination.Attribute{Name: strings.ToUpper(strings.TrimSpace(text(v.Get("name"))))}}
	if isIdentifier(d.Name) {
		d.Type = activation.AttributeIdentifier
		return d
	}
	category, kind := strings.ToLower(text(v.Get("category"))), strings.ToLower(text(v.Get("type")))
	d.Type = typeOf(kind)
	switch category {
	case "category":
		d.Type, d.labels = activation.AttributeCategory, map[string]string{}
		for _, o := range v.Get("enumeration").Array() {
			label := text(o.Get("label"))
			if label == "" {
				continue
			}
			d.Options = append(d.Options, label)
			// valueStr is authoritative: value is 0 where the value is no number.
			value := text(o.Get("valueStr"))
			if value == "" {
				value = text(o.Get("value"))
			}
			d.labels[value] = label
		}
	case "normal":
		if d.Type == activation.AttributeMultipleChoice {
			for _, o := range v.Get("multiCategoryOptions").Array() {
				d.Options = append(d.Options, text(o))
			}
		}
		d.ReadOnly = d.Type == ""
	default: // transactional, calculated, global
		d.ReadOnly = true
	}
	if d.Type == "" {
		d.Type = activation.AttributeText
	}
	return d
}

// typeOf translates Brevo's word for a type; "" for one that Segue cannot write.
func typeOf(kind string) activation.AttributeType {
	switch kind {
	case "text":
		return activation.AttributeText
	case "float":
		return activation.AttributeNumber
	case "date":
		return activation.AttributeDate
	case "boolean":
		return activation.AttributeBoolean
	case "multiple-choice":
		return activation.AttributeMultipleChoice
	default: // id, user, what is to come
		return ""
	}
}

var attributeName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,49}$`)

const maxOption = 200 // characters of an option

// CreateAttribute implements destination.AttributeCreator. When Brevo says no the attributes are read: one of the same name
// and type is what was asked for.
func (c *Client) CreateAttribute(ctx context.Context, a destination.Attribute) error {
	a.Name = strings.ToUpper(strings.TrimSpace(a.Name))
	r := call{endpoint: postAttribute}
	if isIdentifier(a.Name) {
		if a.Type == activation.AttributeIdentifier {
			return nil // built in
		}
		return r.failed(destination.Refused, "the attribute "+a.Name+" is built in", nil)
	}
	if !attributeName.MatchString(a.Name) || a.Name == "EMAIL" {
		return r.failed(destination.Refused, "that is not a name for an attribute", nil)
	}
	body, category, err := describe(a)
	if err != nil {
		return r.failed(destination.Refused, err.Error(), nil)
	}
	r.in = category + "/" + a.Name
	if r.body, err = json.Marshal(body); err != nil {
		return r.failed(destination.Refused, "the request cannot be written", err)
	}
	_, err = c.do(ctx, r)
	if e := asError(err); e == nil || e.Status != http.StatusBadRequest && e.Status != http.StatusConflict {
		return err
	}
	have, rerr := c.Attributes(ctx)
	if rerr != nil {
		return rerr
	}
	i := slices.IndexFunc(have, func(h destination.Attribute) bool { return h.Name == a.Name })
	switch {
	case i < 0:
		return err
	case have[i].ReadOnly || have[i].Type != a.Type:
		e := r.failed(destination.Refused, fmt.Sprintf("the account has an attribute %s of another type (%s)", a.Name, have[i].Type), nil)
		e.Remedy = "Choose another name; Brevo cannot change the type of an attribute"
		return e
	default:
		return nil
	}
}

// describe is an attribute as Brevo wants it, and the category that it belongs to.
func describe(a destination.Attribute) (body map[string]any, category string, err error) {
	for i, o := range a.Options {
		if n := len([]rune(o)); n == 0 || n > maxOption || slices.Contains(a.Options[:i], o) {
			return nil, "", fmt.Errorf("option %d is empty, longer than %d characters or there twice", i+1, maxOption)
		}
	}
	kinds := map[activation.AttributeType]string{
		activation.AttributeText: "text", activation.AttributeNumber: "float", activation.AttributeDate: "date",
		activation.AttributeBoolean: "boolean", activation.AttributeMultipleChoice: "multiple-choice", activation.AttributeCategory: "category",
	}
	kind, ok := kinds[a.Type]
	if !ok || a.ReadOnly {
		return nil, "", fmt.Errorf("an attribute of this kind cannot be made")
	}
	switch a.Type {
	case activation.AttributeCategory, activation.AttributeMultipleChoice:
		if len(a.Options) == 0 {
			return nil, "", fmt.Errorf("the options are missing")
		}
	default:
		return map[string]any{"type": kind}, "normal", nil
	}
	if a.Type == activation.AttributeMultipleChoice {
		return map[string]any{"type": kind, "multiCategoryOptions": a.Options}, "normal", nil
	}
	enumeration := make([]map[string]any, len(a.Options))
	for i, o := range a.Options {
		enumeration[i] = map[string]any{"value": i + 1, "label": o}
	}
	return map[string]any{"type": kind, "enumeration": enumeration}, "category", nil
}
