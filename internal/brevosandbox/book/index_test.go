package book

import (
	"hash/maphash"
	"testing"

	"pgregory.net/rapid"
)

// All hashes fall into one shard and mostly onto the same few places, so that
// entries are pushed along, wrap around, and have to close gaps.
func TestTheIndexFindsExactlyWhatIsInItHoweverItCollides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := newIndex(maphash.MakeSeed())
		model := map[uint32]uint64{} // id -> hash
		hash := rapid.Custom(func(t *rapid.T) uint64 {
			return 7<<56 | uint64(rapid.SampledFrom([]uint32{0, 1, 2, 5, 6, 7, 8, 15, 16, 63, 64, 1<<32 - 1}).Draw(t, "low"))
		})
		next := uint32(1)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if len(model) > 0 && rapid.IntRange(0, 2).Draw(t, "remove") == 0 {
				id := rapid.SampledFrom(keysOf(model)).Draw(t, "id")
				x.remove(model[id], id)
				x.remove(model[id], id) // once more does nothing
				delete(model, id)
			} else {
				model[next] = hash.Draw(t, "hash")
				x.add(model[next], next)
				next++
			}
			if x.n != len(model) {
				t.Fatalf("size: got %d want %d", x.n, len(model))
			}
		}
		for id := uint32(1); id < next; id++ {
			h, in := model[id]
			if !in {
				h = hash.Draw(t, "other")
			}
			found := x.find(h, func(other uint32) bool { return other == id })
			if in != (found == id) {
				t.Fatalf("id %d: in the model %v, found %d", id, in, found)
			}
		}
	})
}

func keysOf(m map[uint32]uint64) []uint32 {
	var out []uint32
	for id := range uint32(1000) {
		if _, ok := m[id]; ok {
			out = append(out, id)
		}
	}
	return out
}

func TestFlagsAndTouchesAreKeptPerContact(t *testing.T) {
	t.Parallel()
	b := New()
	first, second := b.Add(vals("1", "a@example.com"), 1), b.Add(vals("1", "b@example.com"), 1)
	b.SetFlag(first, WhatsAppBlocked, true)
	b.Touch(first, 9)
	if b.Flag(second, WhatsAppBlocked) || b.Modified(second) != 1 || b.Modified(first) != 9 || b.Created(first) != 1 {
		t.Fatal("contacts share what is their own")
	}
	if b.Find(Email, nil) != 0 || b.Find(0, []byte("x")) != 0 || b.Find(FirstAttribute, []byte("x")) != 0 {
		t.Fatal("what is no identifier finds nobody")
	}
}
