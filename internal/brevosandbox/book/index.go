package book

import "hash/maphash"

const shardCount = 256

// index finds a contact by the bytes of one identifier. An entry is the low
// half of the hash and the contact's id in eight bytes; it is split in shards
// that grow on their own, so that no single step doubles the whole.
type index struct {
	seed   maphash.Seed
	shards [shardCount]shard
	n      int
}

type shard struct {
	entries []uint64 // hash<<32 | id; 0 is empty
	n       int
}

func newIndex(seed maphash.Seed) *index { return &index{seed: seed} }

func (x *index) hash(key []byte) uint64 { return maphash.Bytes(x.seed, key) }

// find gives the id whose key is equal according to same, or 0.
func (x *index) find(h uint64, same func(id uint32) bool) uint32 {
	s := &x.shards[h>>56]
	if s.n == 0 {
		return 0
	}
	mask := uint32(len(s.entries) - 1)
	for i := uint32(h) & mask; ; i = (i + 1) & mask {
		e := s.entries[i]
		if e == 0 {
			return 0
		}
		if uint32(e>>32) == uint32(h) && same(uint32(e)) {
			return uint32(e)
		}
	}
}

func (x *index) add(h uint64, id uint32) {
	s := &x.shards[h>>56]
	if (s.n+1)*5 > len(s.entries)*4 {
		s.grow()
	}
	s.insert(uint64(uint32(h))<<32 | uint64(id))
	s.n++
	x.n++
}

func (s *shard) insert(e uint64) {
	mask := uint32(len(s.entries) - 1)
	i := uint32(e>>32) & mask
	for s.entries[i] != 0 {
		i = (i + 1) & mask
	}
	s.entries[i] = e
}

func (s *shard) grow() {
	old := s.entries
	s.entries = make([]uint64, max(8, 2*len(old)))
	for _, e := range old {
		if e != 0 {
			s.insert(e)
		}
	}
}

// remove drops the entry of id and closes the gap behind it.
func (x *index) remove(h uint64, id uint32) {
	s := &x.shards[h>>56]
	if s.n == 0 {
		return
	}
	mask := uint32(len(s.entries) - 1)
	want := uint64(uint32(h))<<32 | uint64(id)
	i := uint32(h) & mask
	for s.entries[i] != want {
		if s.entries[i] == 0 {
			return
		}
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; s.entries[j] != 0; j = (j + 1) & mask {
		home := uint32(s.entries[j]>>32) & mask
		if (j-home)&mask >= (j-i)&mask {
			s.entries[i] = s.entries[j]
			i = j
		}
	}
	s.entries[i] = 0
	s.n--
	x.n--
}
