package brevosandbox

import (
	"slices"
	"strconv"
	"time"
)

// paging is the limit, offset and sort of a listing.
type paging struct {
	limit, offset int
	desc          bool
}

// paging reads the three; not nil is the answer that refuses them.
func (c *call) paging(byDefault, most int) (paging, *reply) {
	q := c.http.URL.Query()
	p := paging{limit: byDefault, desc: true}
	refuse := func(r reply) (paging, *reply) { return p, &r }
	for name, into := range map[string]*int{"limit": &p.limit, "offset": &p.offset} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return refuse(invalid(name + " is not valid"))
		}
		*into = n
	}
	if p.limit > most {
		return refuse(badRequest("out_of_range", "Limit exceeds max value"))
	}
	switch q.Get("sort") {
	case "", "desc":
	case "asc":
		p.desc = false
	default:
		return refuse(invalid("sort should be either asc or desc"))
	}
	return p, nil
}

// cut gives the page of what is sorted by creation.
func cut[T any](all []T, p paging) []T {
	out := slices.Clone(all)
	if p.desc {
		slices.Reverse(out)
	}
	out = out[min(p.offset, len(out)):]
	return out[:min(p.limit, len(out))]
}

// since reads a date-time parameter as Unix milliseconds; 0 when absent.
func (c *call) since(name string) (int64, *reply) {
	text := c.http.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return max(t.UnixMilli(), 1), nil
		}
	}
	r := invalid(name + " is not a valid date-time")
	return 0, &r
}
