package brevo

import (
	"context"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Account implements destination.Destination.
func (c *Client) Account(ctx context.Context) (activation.AccountDetails, error) {
	r := call{endpoint: getAccount}
	v, err := c.do(ctx, r)
	if err != nil {
		return activation.AccountDetails{}, err
	}
	d := activation.AccountDetails{
		Account: activation.Account{BaseURL: c.cfg.BaseURL, OrganizationID: text(v.Get("organization_id"))},
		Company: text(v.Get("companyName")), Email: text(v.Get("email")),
	}
	if d.OrganizationID == "" {
		return activation.AccountDetails{}, r.failed(destination.Refused, "the answer does not say which account the key belongs to", nil)
	}
	d.Plan, d.Credits = plan(v)
	return d, nil
}

// text is a string or a number as text.
func text(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.Str
	case gjson.Number:
		return v.Raw
	default:
		return ""
	}
}

// plan finds the plan for e-mail and its credits, which are a number in one of Brevo's documents and a string in another.
func plan(v gjson.Result) (name, credits string) {
	for _, p := range v.Get("plan").Array() {
		if kind := text(p.Get("type")); kind != "sms" {
			name, credits = kind, text(p.Get("credits"))
			break
		}
	}
	for _, p := range v.Get("planVerticals").Array() {
		if text(p.Get("planCategory")) == "Marketing" && text(p.Get("name")) != "" {
			name = text(p.Get("name"))
			break
		}
	}
	return name, credits
}
