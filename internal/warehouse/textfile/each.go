package textfile

import "context"

// Each gives the rows as typed values: string, float64, bool, time.Time or nil. The slice is used again. It fails if a
// file is not what Look saw. Rows are read and made while f is at work with those before them.
func (s *Survey) Each(ctx context.Context, f func([]any) error) error {
	width := len(s.columns)
	fresh := func() []any { return make([]any, 0, batchRows*width) }
	return ahead(ctx, fresh, func(r relay[[]any]) error { return s.read(&batcher{relay: r}) }, func(values []any) error {
		for at := 0; at < len(values); at += width {
			if err := f(values[at : at+width]); err != nil {
				return err
			}
		}
		return nil
	})
}

// batcher gathers rows, whose values lie one after the other.
type batcher struct {
	relay[[]any]
	values []any
	bytes  int
}

// row returns the place for the values of one more row, all nil.
func (b *batcher) row(width, bytes int) ([]any, error) {
	if len(b.values) == batchRows*width || b.bytes+bytes > batchBytes {
		if err := b.flush(); err != nil {
			return nil, err
		}
	}
	if b.values == nil {
		values, err := b.take()
		if err != nil {
			return nil, err
		}
		b.values = values[:0]
	}
	from := len(b.values)
	b.values = b.values[:from+width]
	b.bytes += bytes
	clear(b.values[from:])
	return b.values[from:], nil
}

// flush hands over what was gathered, if anything was.
func (b *batcher) flush() error {
	if len(b.values) == 0 {
		return nil
	}
	values := b.values
	b.values, b.bytes = nil, 0
	return b.give(values)
}

// read makes the rows of all files.
func (s *Survey) read(w *batcher) error {
	rows := int64(0)
	b := &budget{s.unpacked, s.unpacked}
	for _, p := range s.parts {
		sum, err := s.part(w.ctx, p, b, func(rec record) (bool, error) {
			if _, bad := p.misfit(rec); bad {
				return true, nil
			}
			values, err := w.row(len(s.columns), rec.size)
			if err != nil {
				return false, err
			}
			for i, raw := range rec.fields {
				v := clean(raw)
				if len(v) == 0 {
					continue
				}
				value, ok := s.columns[p.at[i]].reader.read(v)
				if !ok {
					return false, changed()
				}
				values[p.at[i]] = value
			}
			rows++
			return true, nil
		})
		if err == nil && sum != p.sum {
			err = changed()
		}
		if err != nil {
			return s.within(p, err)
		}
	}
	if rows != s.Rows {
		return changed()
	}
	return w.flush()
}
