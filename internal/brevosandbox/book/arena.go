package book

const (
	unit       = 8 // bytes; what a reference counts in
	chunkUnits = 1 << 17
	chunkBytes = chunkUnits * unit

	// MaxBlob is the most bytes one contact may take.
	MaxBlob = chunkBytes / 2
)

// arena hands out pieces of large pointer-free chunks, so that millions of
// contacts are a few thousand objects to the garbage collector. A freed piece
// is used again for the next piece of its size.
type arena struct {
	chunks [][]byte
	used   uint32 // units taken of the last chunk
	free   map[uint32][]uint32
}

func units(n int) uint32 { return uint32((n + unit - 1) / unit) }

// alloc gives a reference to room for n bytes, 0 < n <= MaxBlob.
func (a *arena) alloc(n int) uint32 {
	want := units(n)
	if refs := a.free[want]; len(refs) > 0 {
		ref := refs[len(refs)-1]
		a.free[want] = refs[:len(refs)-1]
		return ref
	}
	if len(a.chunks) == 0 || a.used+want > chunkUnits {
		if rest := chunkUnits - a.used; len(a.chunks) > 0 && rest > 0 {
			a.put(uint32(len(a.chunks)-1)*chunkUnits+a.used, rest)
		}
		a.chunks = append(a.chunks, make([]byte, chunkBytes))
		a.used = 0
	}
	ref := uint32(len(a.chunks)-1)*chunkUnits + a.used
	a.used += want
	return ref
}

func (a *arena) release(ref uint32, n int) { a.put(ref, units(n)) }

func (a *arena) put(ref, size uint32) {
	if a.free == nil {
		a.free = make(map[uint32][]uint32)
	}
	a.free[size] = append(a.free[size], ref)
}

// bytes is the n bytes behind ref; they stay valid until ref is released.
func (a *arena) bytes(ref uint32, n int) []byte {
	off := int(ref%chunkUnits) * unit
	return a.chunks[ref/chunkUnits][off : off+n : off+n]
}
