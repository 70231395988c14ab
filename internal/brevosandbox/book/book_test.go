package book

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func vals(pairs ...string) []Value {
	var out []Value
	for i := 0; i < len(pairs); i += 2 {
		var f Field
		_, _ = fmt.Sscan(pairs[i], &f)
		out = append(out, Value{f, []byte(pairs[i+1])})
	}
	return out
}

func TestAContactIsFoundByEachIdentifierUntilItChanges(t *testing.T) {
	t.Parallel()
	b := New()
	id := b.Add(vals("1", "ana@example.com", "2", "385911234567", "5", "c-1", "16", "Ana"), 10)
	for f, v := range map[Field]string{Email: "ana@example.com", SMS: "385911234567", ExtID: "c-1"} {
		require.Equal(t, id, b.Find(f, []byte(v)))
	}
	require.Zero(t, b.Find(Landline, []byte("385911234567")))

	require.True(t, b.Set(id, vals("1", "ana.new@example.com", "5", "c-1", "16", "Ana"), 20))
	require.Zero(t, b.Find(Email, []byte("ana@example.com")))
	require.Zero(t, b.Find(SMS, []byte("385911234567")))
	require.Equal(t, id, b.Find(Email, []byte("ana.new@example.com")))
	require.Equal(t, id, b.Find(ExtID, []byte("c-1")))
	require.EqualValues(t, 10, b.Created(id))
	require.EqualValues(t, 20, b.Modified(id))
	require.False(t, b.Set(id, vals("1", "ana.new@example.com", "5", "c-1", "16", "Ana"), 30), "nothing differs")
}

func TestADeletedContactIsForgottenWithItsFlagsAndItsIdIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	b := New()
	id := b.Add(vals("1", "a@example.com"), 1)
	b.SetFlag(id, EmailBlocked, true)
	b.Delete(id)
	b.Delete(id)
	require.False(t, b.Has(id))
	again := b.Add(vals("1", "a@example.com"), 2)
	require.NotEqual(t, id, again)
	require.False(t, b.Flag(again, EmailBlocked))
}

func TestFlagsSurviveAChangeOfFields(t *testing.T) {
	t.Parallel()
	b := New()
	id := b.Add(vals("1", "a@example.com"), 1)
	b.SetFlag(id, EmailBlocked, true)
	b.SetFlag(id, SMSBlocked, true)
	b.SetFlag(id, SMSBlocked, false)
	b.Set(id, vals("1", "a@example.com", "16", "a much longer value than before"), 2)
	require.True(t, b.Flag(id, EmailBlocked))
	require.False(t, b.Flag(id, SMSBlocked))
}

func TestWhatDoesNotFitIsLeftOut(t *testing.T) {
	t.Parallel()
	b := New()
	huge := make([]byte, MaxBlob)
	id := b.Add([]Value{{Email, []byte("a@example.com")}, {16, huge}, {17, []byte("kept")}}, 1)
	require.Nil(t, b.Get(id, 16))
	require.Equal(t, "kept", string(b.Get(id, 17)))
}

func TestBookBehavesAsAMapOfMaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, model := New(), map[uint32]map[Field]string{}
		field := rapid.SampledFrom([]Field{Email, SMS, WhatsApp, Landline, ExtID, 16, 17, 300})
		var now int64
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				now++
				want := map[Field]string{}
				for range rapid.IntRange(0, 6).Draw(t, "fields") {
					f := field.Draw(t, "field")
					v := rapid.StringMatching(`[a-z]{1,40}`).Draw(t, "value")
					if f <= ExtID && b.Find(f, []byte(v)) != 0 {
						continue
					}
					want[f] = v
				}
				var values []Value
				for f, v := range want {
					values = append(values, Value{f, []byte(v)})
				}
				slices.SortFunc(values, func(x, y Value) int { return int(x.Field) - int(y.Field) })
				if len(model) == 0 || rapid.Bool().Draw(t, "new") {
					model[b.Add(values, now)] = want
					return
				}
				ids := sortedIDs(model)
				id := rapid.SampledFrom(ids).Draw(t, "id")
				b.Set(id, values, now)
				model[id] = want
			},
			"delete": func(t *rapid.T) {
				if len(model) == 0 {
					return
				}
				id := rapid.SampledFrom(sortedIDs(model)).Draw(t, "id")
				b.Delete(id)
				delete(model, id)
			},
			"compact": func(*rapid.T) { b.compact() },
			"": func(t *rapid.T) {
				if b.Live().Len() != len(model) {
					t.Fatalf("live: got %d want %d", b.Live().Len(), len(model))
				}
				for id, want := range model {
					got := map[Field]string{}
					for _, v := range b.Values(id, nil) {
						got[v.Field] = string(v.Bytes)
					}
					if d := cmp.Diff(want, got); d != "" {
						t.Fatal(d)
					}
					for f, v := range want {
						if f <= ExtID && b.Find(f, []byte(v)) != id {
							t.Fatalf("find %d", f)
						}
					}
				}
			},
		})
	})
}

// Values that grow leave behind room that is too small for what comes next.
func TestRoomThatNobodyCanUseIsGivenBack(t *testing.T) {
	t.Parallel()
	b := New()
	b.slack = 0
	const n = 20_000
	text := func(id uint32, size int) []byte { return fmt.Appendf(nil, "%0*d", size, id) }
	for range n {
		b.Add([]Value{{16, text(b.next, 8)}}, 1)
	}
	held := 0
	for size := 16; size <= 240; size += 8 {
		for id := uint32(1); id <= n; id++ {
			b.Set(id, []Value{{16, text(id, size)}}, 2)
		}
		held = n * (size + 8)
	}
	for id := uint32(1); id <= n; id++ {
		require.Equal(t, text(id, 240), b.Get(id, 16))
	}
	room := len(b.arena.chunks) * chunkBytes
	require.Less(t, room, held*3/2, "room for contacts that hold %d bytes", held)
}

func sortedIDs(m map[uint32]map[Field]string) []uint32 {
	var ids []uint32
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func TestBitmapBehavesAsASortedSet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m, other Bitmap
		model := map[uint32]bool{}
		id := rapid.OneOf(rapid.Uint32Range(0, 300), rapid.Uint32Range(65500, 65600), rapid.Uint32Range(200000, 200100))
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			x := id.Draw(t, "id")
			if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				if m.Remove(x) != model[x] {
					t.Fatal("remove")
				}
				delete(model, x)
			} else {
				if m.Add(x) == model[x] {
					t.Fatal("add")
				}
				model[x] = true
			}
		}
		want := []uint32{}
		for x := range model {
			want = append(want, x)
		}
		slices.Sort(want)
		other.Union(&m)
		offset := rapid.IntRange(0, len(want)).Draw(t, "offset")
		if got := collect(m.Clone(), offset, false); !slices.Equal(got, want[offset:]) {
			t.Fatalf("got %v want %v", got, want[offset:])
		}
		slices.Reverse(want)
		if got := collect(&other, offset, true); !slices.Equal(got, want[offset:]) || other.Len() != len(want) {
			t.Fatalf("desc: got %v want %v", got, want[offset:])
		}
	})
}

func collect(m *Bitmap, offset int, desc bool) []uint32 {
	out := []uint32{}
	m.Walk(offset, desc, func(id uint32) bool { out = append(out, id); return true })
	return out
}

// Not parallel: it measures the heap.
func TestAContactTakesAtMost200Bytes(t *testing.T) {
	const n = 500_000
	rng := rand.New(rand.NewPCG(1, 2))
	before := heap()
	b := New()
	var lists [2]Bitmap
	for i := range n {
		id := b.Add([]Value{
			{Email, fmt.Appendf(nil, "first%d.last%d@mail%d.example", rng.IntN(5000), i, i%40)},
			{SMS, fmt.Appendf(nil, "3859%08d", i)},
			{16, []byte("Firstname")},
			{17, []byte("Lastnamelong")},
			{18, []byte("Zagreb")},
			{19, []byte("1984-05-06")},
		}, int64(i))
		lists[i%2].Add(id)
	}
	per := float64(heap()-before) / n
	t.Logf("%.1f bytes per contact with six fields, two of them identifiers, and a list", per)
	require.Less(t, per, 200.0, "10 M contacts must stay under 4 GB with the collector's headroom of 100 %%")
	runtime.KeepAlive(b)
	runtime.KeepAlive(&lists)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
