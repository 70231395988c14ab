package textfile

import (
	"cmp"
	"context"
)

// Bounds of what is read ahead: so many batches, of so many rows or bytes of text. A longer row is a batch of its own.
const (
	batches    = 3
	batchRows  = 1024
	batchBytes = 1 << 20
)

// relay hands batches on from who makes them to who uses them, and back when they were used. Neither waits for the other while there
// are batches to fill or to use.
type relay[T any] struct {
	ctx         context.Context
	ready, free chan T
}

// ahead lets fill make batches in a goroutine of its own while use is at work with those before them. It ends with the first
// error of use, else with that of fill.
func ahead[T any](ctx context.Context, fresh func() T, fill func(relay[T]) error, use func(T) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := relay[T]{ctx: ctx, ready: make(chan T, batches), free: make(chan T, batches)}
	for range batches {
		r.free <- fresh()
	}
	ended := make(chan error, 1)
	go func() {
		defer close(r.ready)
		ended <- fill(r)
	}()
	for batch := range r.ready {
		if err := use(batch); err != nil {
			stop()
			return cmp.Or(err, <-ended) // the latter only says that it was stopped
		}
		r.free <- batch
	}
	return <-ended
}

// take returns a batch to fill.
func (r relay[T]) take() (batch T, err error) {
	select {
	case batch = <-r.free:
		return batch, nil
	case <-r.ctx.Done():
		return batch, r.ctx.Err()
	}
}

// give hands a batch on that was filled.
func (r relay[T]) give(batch T) error {
	select {
	case r.ready <- batch:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// recordBatch holds copies of records.
type recordBatch struct {
	list   []record
	fields [][]byte
	text   []byte
}

// add keeps a record beyond the next. What it looks like on disk is kept only where it cannot be read.
func (b *recordBatch) add(rec record) {
	from := len(b.fields)
	for _, f := range rec.fields {
		b.fields = append(b.fields, b.keep(f))
	}
	rec.fields = b.fields[from:len(b.fields):len(b.fields)]
	if rec.size = len(rec.raw); rec.problem == "" {
		rec.raw = nil
	}
	rec.raw = b.keep(rec.raw)
	b.list = append(b.list, rec)
}

func (b *recordBatch) keep(v []byte) []byte {
	from := len(b.text)
	b.text = append(b.text, v...)
	return b.text[from:len(b.text):len(b.text)]
}

func (b *recordBatch) full() bool { return len(b.list) == batchRows || len(b.text) >= batchBytes }

// gather puts all records into batches. Those before an error are handed on as well.
func gather(r relay[*recordBatch], rs rows) error {
	for {
		b, err := r.take()
		if err != nil {
			return err
		}
		b.list, b.fields, b.text = b.list[:0], b.fields[:0], b.text[:0]
		var failed error
		for failed == nil && !b.full() {
			var rec record
			if rec, failed = rs.next(); failed == nil {
				failed = valid(rec)
			}
			if failed == nil {
				rec.names = rs.names()
				b.add(rec)
			}
		}
		if err := r.give(b); err != nil || failed != nil {
			return cmp.Or(failed, err)
		}
	}
}
