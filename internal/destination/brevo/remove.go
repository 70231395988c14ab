package brevo

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Remove implements destination.Destination. Brevo does not tell people whom it does not know from those who are not on the
// list, and when nobody was there to be removed it answers 400: both count as removed (S18).
func (c *Client) Remove(ctx context.Context, list activation.ListID, addresses []activation.Email) error {
	r := call{endpoint: postRemove, in: escaped(list)}
	if list <= 0 || len(addresses) == 0 || len(addresses) > maxRemovals {
		return r.failed(destination.Refused, fmt.Sprintf("a removal takes a list and 1 to %d addresses, not %d", maxRemovals, len(addresses)), nil)
	}
	r.body = append(r.body, `{"emails":[`...)
	for i, a := range addresses {
		if _, problem := activation.ParseEmail(a.String()); problem != "" {
			return r.failed(destination.Refused, fmt.Sprintf("address %d is not usable (%s)", i+1, problem), nil)
		}
		if i > 0 {
			r.body = append(r.body, ',')
		}
		r.body = appendString(r.body, a.String())
	}
	r.body = append(r.body, `]}`...)
	v, err := c.do(ctx, r)
	if errors.Is(err, errNobodyThere) {
		return nil
	}
	if err != nil {
		return err
	}
	if w := v.Get("contacts"); w.IsObject() { // the documents' examples leave the wrapper out
		v = w
	}
	if !v.Get("success").IsArray() && !v.Get("failure").IsArray() {
		e := r.failed(destination.Unknown, "the answer does not say who was removed", nil)
		e.Status = http.StatusCreated
		return e
	}
	return nil
}

// errNobodyThere is the cause of a removal that was refused because nobody named was on the list.
var errNobodyThere = errors.New("nobody named is on the list")

// nobodyThere recognises that refusal. Its text is the only thing that tells it from others.
func nobodyThere(r call, status int, p problem) bool {
	return r.endpoint == postRemove && status == http.StatusBadRequest && p.json && p.code == "invalid_parameter" &&
		p.says("already removed from list")
}

// asError returns the *destination.Error in err, nil if there is none.
func asError(err error) *destination.Error {
	var e *destination.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
