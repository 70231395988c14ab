package client

import "iter"

// Items yields every item of a listing, page by page. Read reads the page after a cursor, nil for the first one, and
// returns its items and the cursor of the next, empty at the end.
func Items[T any](read func(after *string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var after *string
		for {
			items, next, err := read(after)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, i := range items {
				if !yield(i, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			after = &next
		}
	}
}
