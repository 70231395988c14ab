// Package book holds the contacts of one sandbox account in as little memory as
// is reasonable: some 130 bytes for a contact with an address, a phone and a
// few attributes. It owns storage, identity look-up and creation order. It
// knows no HTTP, no list, no type of attribute and no rule of Brevo: whoever
// calls it keeps identifiers unique. It is not safe for concurrent use.
package book

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// Field numbers one property of a contact. The first five are identifiers and
// can be looked up; the rest are the account's attributes.
type Field uint32

// The identifiers. Further fields start at FirstAttribute.
const (
	Email Field = iota + 1
	SMS
	WhatsApp
	Landline
	ExtID

	FirstAttribute Field = 16
)

const lastIdentifier = ExtID

// Value is one field of a contact in the form in which it is stored.
type Value struct {
	Field Field
	Bytes []byte
}

// Flag is a property of a contact that is either on or off.
type Flag uint8

// The flags of a contact.
const (
	EmailBlocked Flag = 1 << iota
	SMSBlocked
	WhatsAppBlocked
)

const (
	recShift = 14
	recMask  = 1<<recShift - 1
)

type rec struct {
	created, modified int64 // Unix milliseconds
	ref               uint32
	packed            uint32 // size<<8 | flags
}

// Book is the contacts of one account. Ids count from 1 in creation order and
// are never used twice.
type Book struct {
	recs  [][]rec
	next  uint32
	live  Bitmap
	arena arena
	index [lastIdentifier + 1]*index
	buf   []byte
	slack uint64 // units that may lie idle without the pieces being moved together
}

// slackBytes may always lie idle: less is not worth a walk over all contacts.
const slackBytes = 16 << 20

// New gives an empty book.
func New() *Book {
	b := &Book{next: 1, slack: slackBytes / unit}
	seed := maphash.MakeSeed()
	for f := Email; f <= lastIdentifier; f++ {
		b.index[f] = newIndex(seed)
	}
	return b
}

// Live is the set of the contacts that exist. It is the book's own: read only.
func (b *Book) Live() *Bitmap { return &b.live }

// Has says whether the contact exists.
func (b *Book) Has(id uint32) bool { return b.live.Has(id) }

func (b *Book) rec(id uint32) *rec { return &b.recs[id>>recShift][id&recMask] }

// Find gives the contact with that value of an identifier, or 0.
func (b *Book) Find(f Field, value []byte) uint32 {
	if f == 0 || f > lastIdentifier || len(value) == 0 {
		return 0
	}
	x := b.index[f]
	return x.find(x.hash(value), func(id uint32) bool { return bytes.Equal(b.Get(id, f), value) })
}

// Get gives the stored bytes of a field, nil when the contact lacks it. They
// stay valid until a contact is next changed.
func (b *Book) Get(id uint32, f Field) []byte {
	r := b.rec(id)
	blob := b.blob(r)
	for len(blob) > 0 {
		var v Value
		v, blob = decode(blob)
		if v.Field == f {
			return v.Bytes
		}
		if v.Field > f {
			return nil
		}
	}
	return nil
}

// Values appends all fields of the contact to dst in the order of their
// numbers. The bytes stay valid until a contact is next changed.
func (b *Book) Values(id uint32, dst []Value) []Value {
	blob := b.blob(b.rec(id))
	for len(blob) > 0 {
		var v Value
		v, blob = decode(blob)
		dst = append(dst, v)
	}
	return dst
}

func (b *Book) blob(r *rec) []byte {
	if size := int(r.packed >> 8); size > 0 {
		return b.arena.bytes(r.ref, size)
	}
	return nil
}

func decode(blob []byte) (Value, []byte) {
	f, n := binary.Uvarint(blob)
	size, m := binary.Uvarint(blob[n:])
	start := n + m
	end := start + int(size)
	return Value{Field: Field(f), Bytes: blob[start:end:end]}, blob[end:]
}

// Add creates a contact. Values must be in the order of their fields, each
// field at most once. Time is in Unix milliseconds.
func (b *Book) Add(values []Value, now int64) uint32 {
	id := b.next
	b.next++
	for int(id>>recShift) >= len(b.recs) {
		b.recs = append(b.recs, make([]rec, 1<<recShift))
	}
	*b.rec(id) = rec{created: now, modified: now}
	b.live.Add(id)
	b.Set(id, values, now)
	return id
}

// Set replaces all fields of the contact and says whether anything differs.
// What does not fit into MaxBlob is left out.
func (b *Book) Set(id uint32, values []Value, now int64) bool {
	b.buf = b.buf[:0]
	for _, v := range values {
		if len(v.Bytes) == 0 || len(b.buf)+len(v.Bytes)+20 > MaxBlob {
			continue
		}
		b.buf = binary.AppendUvarint(b.buf, uint64(v.Field))
		b.buf = binary.AppendUvarint(b.buf, uint64(len(v.Bytes)))
		b.buf = append(b.buf, v.Bytes...)
	}
	r := b.rec(id)
	r.modified = now
	old := b.blob(r)
	if bytes.Equal(old, b.buf) {
		return false
	}
	b.unindex(id, old, b.buf)
	if units(len(old)) != units(len(b.buf)) {
		if len(old) > 0 {
			b.arena.release(r.ref, len(old))
		}
		r.ref = 0
		if len(b.buf) > 0 {
			r.ref = b.arena.alloc(len(b.buf))
		}
	}
	added := b.differing(old, b.buf)
	r.packed = uint32(len(b.buf))<<8 | r.packed&0xff
	copy(b.blob(r), b.buf)
	for _, f := range added {
		if f != 0 {
			x := b.index[f]
			x.add(x.hash(b.Get(id, f)), id)
		}
	}
	if b.arena.wasteful(b.slack) {
		b.compact()
	}
	return true
}

// compact moves the pieces of all contacts together. Without it contacts whose
// values grow, again and again, would leave behind room of sizes nobody asks for.
func (b *Book) compact() {
	ids := make([]uint32, 0, b.live.Len())
	b.live.Walk(0, false, func(id uint32) bool {
		if b.rec(id).packed>>8 > 0 {
			ids = append(ids, id)
		}
		return true
	})
	slices.SortFunc(ids, func(x, y uint32) int { return cmp.Compare(b.rec(x).ref, b.rec(y).ref) })
	place, trim := b.arena.shift()
	for _, id := range ids {
		r := b.rec(id)
		r.ref = place(r.ref, int(r.packed>>8))
	}
	trim()
}

func identifiers(blob []byte) (out [lastIdentifier + 1][]byte) {
	for len(blob) > 0 {
		var v Value
		v, blob = decode(blob)
		if v.Field > lastIdentifier {
			return out
		}
		out[v.Field] = v.Bytes
	}
	return out
}

// unindex forgets the identifiers of old that fresh does not keep.
func (b *Book) unindex(id uint32, old, fresh []byte) {
	was, is := identifiers(old), identifiers(fresh)
	for f := Email; f <= lastIdentifier; f++ {
		if was[f] != nil && !bytes.Equal(was[f], is[f]) {
			x := b.index[f]
			x.remove(x.hash(was[f]), id)
		}
	}
}

// differing names the identifiers of fresh that old lacks.
func (b *Book) differing(old, fresh []byte) (out [lastIdentifier + 1]Field) {
	was, is := identifiers(old), identifiers(fresh)
	for f := Email; f <= lastIdentifier; f++ {
		if is[f] != nil && !bytes.Equal(was[f], is[f]) {
			out[f] = f
		}
	}
	return out
}

// Delete forgets the contact with everything it had.
func (b *Book) Delete(id uint32) {
	if !b.live.Remove(id) {
		return
	}
	r := b.rec(id)
	old := b.blob(r)
	b.unindex(id, old, nil)
	if len(old) > 0 {
		b.arena.release(r.ref, len(old))
	}
	*r = rec{}
}

// Created is when the contact was made, in Unix milliseconds.
func (b *Book) Created(id uint32) int64 { return b.rec(id).created }

// Modified is when the contact last changed, in Unix milliseconds.
func (b *Book) Modified(id uint32) int64 { return b.rec(id).modified }

// Touch notes a change that is not one of the fields.
func (b *Book) Touch(id uint32, now int64) { b.rec(id).modified = now }

// Flag says whether a flag is on.
func (b *Book) Flag(id uint32, f Flag) bool { return b.rec(id).packed&uint32(f) != 0 }

// SetFlag switches a flag.
func (b *Book) SetFlag(id uint32, f Flag, on bool) {
	r := b.rec(id)
	if r.packed &^= uint32(f); on {
		r.packed |= uint32(f)
	}
}
