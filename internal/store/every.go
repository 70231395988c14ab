package store

// Every reads all pages of a listing.
func Every[T any](read func(Page) ([]T, string, error)) (all []T, err error) {
	p := Page{Limit: 500}
	for {
		list, next, err := read(p)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if next == "" {
			return all, nil
		}
		p.After = next
	}
}
