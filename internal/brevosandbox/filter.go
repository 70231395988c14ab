package brevosandbox

import (
	"slices"

	"segue/internal/brevosandbox/book"
)

// query selects contacts of an account.
type query struct {
	lists         []*list // members of any of these; nil means everybody
	modifiedSince int64   // Unix milliseconds, exclusive; 0 means always
	createdSince  int64
	field         book.Field // equals filter; 0 means none
	stored        string
}

func (q query) plain() bool { return q.modifiedSince == 0 && q.createdSince == 0 && q.field == 0 }

// filterCache keeps the ids of the last filtered query, so that paging through
// it does not look at every contact for every page.
type filterCache struct {
	valid bool
	key   query
	ids   []uint32
}

func (c *filterCache) invalidate() { c.valid, c.ids = false, nil }

func (q query) same(o query) bool {
	return q.modifiedSince == o.modifiedSince && q.createdSince == o.createdSince &&
		q.field == o.field && q.stored == o.stored && slices.Equal(q.lists, o.lists)
}

// page gives a page of the ids that match, in creation order or its reverse,
// and how many match in all.
func (a *account) page(q query, offset, limit int, desc bool) (ids []uint32, total int) {
	set := a.book.Live()
	switch {
	case len(q.lists) == 1:
		set = &q.lists[0].members
	case len(q.lists) > 1:
		set = &book.Bitmap{}
		for _, l := range q.lists {
			set.Union(&l.members)
		}
	}
	if q.plain() {
		if limit > 0 {
			set.Walk(offset, desc, func(id uint32) bool {
				ids = append(ids, id)
				return len(ids) < limit
			})
		}
		return ids, set.Len()
	}
	if !a.filter.valid || !a.filter.key.same(q) {
		a.filter = filterCache{valid: true, key: q}
		set.Walk(0, false, func(id uint32) bool {
			if a.matches(q, id) {
				a.filter.ids = append(a.filter.ids, id)
			}
			return true
		})
	}
	all := a.filter.ids
	for i := offset; i < len(all) && len(ids) < limit; i++ {
		if desc {
			ids = append(ids, all[len(all)-1-i])
		} else {
			ids = append(ids, all[i])
		}
	}
	return ids, len(all)
}

func (a *account) matches(q query, id uint32) bool {
	if q.modifiedSince != 0 && a.book.Modified(id) <= q.modifiedSince ||
		q.createdSince != 0 && a.book.Created(id) <= q.createdSince {
		return false
	}
	return q.field == 0 || string(a.book.Get(id, q.field)) == q.stored
}
