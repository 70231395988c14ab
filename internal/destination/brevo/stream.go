package brevo

import (
	"context"
	"iter"
	"maps"
	"strconv"
	"time"

	"segue/internal/destination"
)

// overlap is how many contacts two pages have in common.
const overlap = 20

// passes is how often contacts are read at most while the count says that some are missing.
const passes = 3

// maxPause is how long a reading that has begun waits when it is told to: to begin anew would cost more calls.
const maxPause = 2 * time.Minute

// maxRetreats is how often a reading goes back before it gives up.
const maxRetreats = 20

// stream reads all pages of contacts, oldest first, each contact once.
//
// Brevo pages by offset, and the set changes meanwhile: when a contact that was read leaves, those behind it move up and one
// would be missed between two pages. So every page begins a little before the end of the one before. When none of a page
// was seen before, more has moved than that, and the reading goes back a page. At the end the count is held against how
// many were seen; while it is larger, and reading again shows somebody new, the whole is read again, for contacts that came
// in where had been read already. One that joins after that is in the next reading, by modifiedSince.
func (c *Client) stream(ctx context.Context, r call, limit int) iter.Seq2[destination.Contact, error] {
	return func(yield func(destination.Contact, error) bool) {
		s := &reading{client: c, call: r, limit: limit, seen: idSet{bits: map[int64]uint64{}}}
		for range passes {
			before := s.seen.n
			if more := s.pass(ctx, yield); !more {
				return
			}
			if s.seen.n == before {
				break // reading again shows nobody new: the count is wrong
			}
		}
		c.cfg.Log.WarnContext(ctx, "brevo counts more contacts than it shows", "call", r.kind, "counted", s.count, "shown", s.seen.n)
	}
}

type reading struct {
	client *Client
	call   call
	limit  int
	seen   idSet
	types  map[string]definition
	count  int64 // as the last page said; -1 if it did not
	// retreats is how often the reading went back.
	retreats int
}

// pass reads all pages once; it reports whether the count says that some are missing.
func (s *reading) pass(ctx context.Context, yield func(destination.Contact, error) bool) (more bool) {
	back := s.limit
	for offset := 0; ; {
		page, err := s.page(ctx, offset)
		if err != nil {
			yield(destination.Contact{}, err)
			return false
		}
		fresh := make([]destination.Contact, 0, len(page))
		for _, x := range page {
			if !s.seen.has(x.ID) {
				fresh = append(fresh, x)
			}
		}
		if offset > 0 && len(page) > 0 && len(fresh) == len(page) && s.seen.n > 0 {
			// The pages do not touch any more.
			if s.retreats++; s.retreats > maxRetreats {
				yield(destination.Contact{}, s.call.failed(destination.Unknown, "the contacts move faster than they can be read", nil))
				return false
			}
			offset, back = max(0, offset-back), back*2
			continue
		}
		back = s.limit
		for _, x := range fresh {
			if s.seen.add(x.ID); !yield(x, nil) {
				return false
			}
		}
		end := offset + len(page)
		if len(page) == 0 || s.count >= 0 && int64(end) >= s.count || s.count < 0 && len(fresh) == 0 {
			return s.count > s.seen.n
		}
		offset = max(offset+1, end-overlap)
	}
}

func (s *reading) page(ctx context.Context, offset int) ([]destination.Contact, error) {
	r := s.call
	r.query = maps.Clone(r.query)
	r.query.Set("limit", strconv.Itoa(s.limit))
	r.query.Set("offset", strconv.Itoa(offset))
	r.query.Set("sort", "asc")
	v, err := s.client.do(ctx, r)
	for e := asError(err); offset > 0 && e != nil && e.Outcome == destination.NotDone && e.RetryAfter > 0 && e.RetryAfter <= maxPause; e = asError(err) {
		if err := s.client.cfg.Budget.cfg.Sleep(ctx, e.RetryAfter); err != nil {
			return nil, r.failed(destination.NotDone, "the reading was called off", err)
		}
		v, err = s.client.do(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	entries := v.Get("contacts")
	if !entries.IsArray() {
		return nil, r.failed(destination.Unknown, "the answer holds no contacts", nil)
	}
	s.count = -1
	if n := v.Get("count"); n.Exists() {
		s.count = n.Int()
	}
	list := make([]destination.Contact, 0, s.limit)
	for _, x := range entries.Array() {
		if s.types == nil {
			if s.types, err = s.client.attributeTypes(ctx); err != nil {
				return nil, err
			}
		}
		one, ok := contact(x, s.types)
		if !ok {
			return nil, r.failed(destination.Unknown, "the answer has an entry that is not a contact", nil)
		}
		list = append(list, one)
	}
	return list, nil
}

// idSet is a set of numbers that mostly follow each other: an eighth of a byte for each then.
type idSet struct {
	bits map[int64]uint64
	n    int64
}

func (s *idSet) has(id int64) bool { return s.bits[id>>6]&(1<<(id&63)) != 0 }

func (s *idSet) add(id int64) {
	if !s.has(id) {
		s.bits[id>>6] |= 1 << (id & 63)
		s.n++
	}
}
