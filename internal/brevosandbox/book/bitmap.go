package book

import "math/bits"

const (
	chunkShift = 16
	chunkWords = 1 << (chunkShift - 6)
	chunkMask  = 1<<chunkShift - 1
)

type bitChunk struct {
	words [chunkWords]uint64
	n     int
}

// Bitmap is a set of contact ids, kept in chunks of 8 KB that exist only where
// a bit is set. Its order is the order of the ids, which is the order in which
// the contacts were created. The zero value is an empty set.
type Bitmap struct {
	chunks []*bitChunk
	n      int
}

// Len says how many ids are in the set.
func (m *Bitmap) Len() int { return m.n }

// Has says whether id is in the set.
func (m *Bitmap) Has(id uint32) bool {
	c := int(id >> chunkShift)
	if c >= len(m.chunks) || m.chunks[c] == nil {
		return false
	}
	bit := id & chunkMask
	return m.chunks[c].words[bit>>6]&(1<<(bit&63)) != 0
}

// Add puts id into the set and says whether it was new.
func (m *Bitmap) Add(id uint32) bool {
	c := int(id >> chunkShift)
	for c >= len(m.chunks) {
		m.chunks = append(m.chunks, nil)
	}
	if m.chunks[c] == nil {
		m.chunks[c] = new(bitChunk)
	}
	ch, bit := m.chunks[c], id&chunkMask
	word, mask := &ch.words[bit>>6], uint64(1)<<(bit&63)
	if *word&mask != 0 {
		return false
	}
	*word |= mask
	ch.n++
	m.n++
	return true
}

// Remove takes id out of the set and says whether it was in it.
func (m *Bitmap) Remove(id uint32) bool {
	if !m.Has(id) {
		return false
	}
	c, bit := int(id>>chunkShift), id&chunkMask
	ch := m.chunks[c]
	ch.words[bit>>6] &^= uint64(1) << (bit & 63)
	ch.n--
	m.n--
	if ch.n == 0 {
		m.chunks[c] = nil
	}
	return true
}

// Clone gives an independent copy.
func (m *Bitmap) Clone() *Bitmap {
	out := &Bitmap{chunks: make([]*bitChunk, len(m.chunks)), n: m.n}
	for i, ch := range m.chunks {
		if ch != nil {
			copied := *ch
			out.chunks[i] = &copied
		}
	}
	return out
}

// Union adds every id of other.
func (m *Bitmap) Union(other *Bitmap) {
	for c, ch := range other.chunks {
		if ch == nil {
			continue
		}
		for c >= len(m.chunks) {
			m.chunks = append(m.chunks, nil)
		}
		if m.chunks[c] == nil {
			m.chunks[c] = new(bitChunk)
		}
		mine := m.chunks[c]
		before := mine.n
		mine.n = 0
		for w := range mine.words {
			mine.words[w] |= ch.words[w]
			mine.n += bits.OnesCount64(mine.words[w])
		}
		m.n += mine.n - before
	}
}

// Walk calls f with each id from the offset-th on, ascending or descending,
// until f returns false. Whole chunks before the offset are skipped by count.
func (m *Bitmap) Walk(offset int, desc bool, f func(id uint32) bool) {
	for i := range m.chunks {
		c := i
		if desc {
			c = len(m.chunks) - 1 - i
		}
		ch := m.chunks[c]
		if ch == nil {
			continue
		}
		if offset >= ch.n {
			offset -= ch.n
			continue
		}
		if !ch.walk(uint32(c)<<chunkShift, &offset, desc, f) {
			return
		}
	}
}

func (ch *bitChunk) walk(base uint32, offset *int, desc bool, f func(uint32) bool) bool {
	for i := range ch.words {
		w := i
		if desc {
			w = chunkWords - 1 - i
		}
		word := ch.words[w]
		if n := bits.OnesCount64(word); *offset >= n {
			*offset -= n
			continue
		}
		for word != 0 {
			bit := bits.TrailingZeros64(word)
			if desc {
				bit = 63 - bits.LeadingZeros64(word)
			}
			word &^= 1 << bit
			if *offset > 0 {
				*offset--
				continue
			}
			if !f(base | uint32(w)<<6 | uint32(bit)) {
				return false
			}
		}
	}
	return true
}
