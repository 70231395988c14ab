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
	idle   uint64 // units in free
}

func units(n int) uint32 { return uint32((n + unit - 1) / unit) }

// alloc gives a reference to room for n bytes, 0 < n <= MaxBlob.
func (a *arena) alloc(n int) uint32 {
	want := units(n)
	if refs := a.free[want]; len(refs) > 0 {
		ref := refs[len(refs)-1]
		a.free[want] = refs[:len(refs)-1]
		a.idle -= uint64(want)
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
	a.idle += uint64(size)
}

// wasteful says whether more than a quarter of the room, and more than slack
// units of it, is in pieces that nobody has.
func (a *arena) wasteful(slack uint64) bool {
	return a.idle > slack && a.idle*4 > uint64(len(a.chunks))*chunkUnits
}

// shift begins to move pieces together: the caller then has to place every piece
// that is in use, in the order of their references, and to end with trim.
func (a *arena) shift() (place func(ref uint32, n int) uint32, trim func()) {
	chunk, used := uint32(0), uint32(0)
	place = func(ref uint32, n int) uint32 {
		size := units(n)
		if used+size > chunkUnits {
			chunk, used = chunk+1, 0
		}
		to := chunk*chunkUnits + used // never after ref: its own place is one of those that are tried
		used += size
		copy(a.bytes(to, n), a.bytes(ref, n))
		return to
	}
	return place, func() {
		kept := min(int(chunk)+1, len(a.chunks))
		clear(a.chunks[kept:])
		a.chunks, a.used, a.free, a.idle = a.chunks[:kept], used, nil, 0
	}
}

// bytes is the n bytes behind ref; they stay valid until ref is released.
func (a *arena) bytes(ref uint32, n int) []byte {
	off := int(ref%chunkUnits) * unit
	return a.chunks[ref/chunkUnits][off : off+n : off+n]
}
