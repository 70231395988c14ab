// Package wire owns the JSON of the API: the types that requests and responses are made of, and how they are made from
// the domain and turned into it. It knows no HTTP, no service and no rule of the product; what is right or wrong is
// decided by the domain.
//
// Names are snake_case, times RFC 3339 in UTC, ids opaque text; numbers that a destination hands out (list ids,
// process ids) stay numbers. What is absent is left out; arrays are never null.
package wire

import "time"

// List is a page of a listing.
type List[T any] struct {
	Items []T `json:"items" nullable:"false" doc:"The items of this page"`
	// NextCursor is absent at the end.
	NextCursor string `json:"next_cursor,omitempty" doc:"Give it as 'after' to get the next page; absent on the last one"`
}

// NewList makes a page by converting each item.
func NewList[A, B any](items []A, next string, convert func(A) B) List[B] {
	return List[B]{Items: each(items, convert), NextCursor: next}
}

// each converts a slice; the result is never nil, so that JSON shows an empty array.
func each[A, B any](items []A, convert func(A) B) []B {
	out := make([]B, 0, len(items))
	for _, i := range items {
		out = append(out, convert(i))
	}
	return out
}

// utc returns t in UTC; the zero time stays zero and is left out by omitzero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond) // as it is stored
}
