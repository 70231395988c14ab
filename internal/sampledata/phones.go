package sampledata

// numberRange is a run of national numbers: a head, then so many digits. Area is how much of it is written as the area code.
type numberRange struct {
	head   string
	digits int
	area   int
}

// Ranges kept free for films and books come first (Bundesnetzagentur, ARCEP, Ofcom); Croatia, Austria and Ireland have none that
// also counts as valid, and a large population outgrows the others: then ordinary mobile ranges follow, with made-up numbers.
var (
	croatianPhones = []numberRange{{"91", 7, 2}, {"92", 7, 2}, {"95", 7, 2}, {"98", 7, 2}, {"99", 7, 2}}
	germanPhones   = []numberRange{{"17604069", 3, 3}, {"1713920", 3, 3}, {"3023125", 3, 2}, {"6990009", 3, 2}, {"4066969", 3, 2}, {"2214710", 3, 3},
		{"8999998", 3, 2}, {"1512", 7, 3}, {"1522", 7, 4}, {"1573", 7, 4}, {"1602", 7, 3}, {"1701", 7, 3}}
	austrianPhones = []numberRange{{"664", 7, 3}, {"660", 7, 3}, {"676", 7, 3}, {"680", 7, 3}, {"699", 7, 3}}
	frenchPhones   = []numberRange{{"19900", 4, 1}, {"26191", 4, 1}, {"35301", 4, 1}, {"46571", 4, 1}, {"53649", 4, 1},
		{"61", 7, 1}, {"62", 7, 1}, {"65", 7, 1}, {"66", 7, 1}, {"67", 7, 1}}
	britishPhones = []numberRange{{"2079460", 3, 2}, {"1134960", 3, 3}, {"1144960", 3, 3}, {"1164960", 3, 3}, {"1174960", 3, 3}, {"1184960", 3, 3},
		{"1214960", 3, 3}, {"1314960", 3, 3}, {"1414960", 3, 3}, {"1514960", 3, 3}, {"1614960", 3, 3}, {"1914980", 3, 3}, {"2890180", 3, 2}, {"2920180", 3, 2},
		{"740", 7, 4}, {"741", 7, 4}, {"742", 7, 4}, {"745", 7, 4}, {"748", 7, 4}}
	irishPhones = []numberRange{{"83", 7, 2}, {"85", 7, 2}, {"86", 7, 2}, {"87", 7, 2}, {"89", 7, 2}}
)

const scatter = 7_368_787 // shares no factor with 10, so that it permutes every range

// national gives the national number of a slot and the length of its area code; every slot has its own number.
func (c *country) national(buffer []byte, slot uint64) ([]byte, int) {
	for _, r := range c.phones {
		size := pow10(r.digits)
		if slot >= size {
			slot -= size
			continue
		}
		buffer = append(buffer[:0], r.head...)
		return appendPadded(buffer, (slot*scatter+size/7)%size, r.digits), r.area
	}
	panic("sampledata: more slots than phones; MaxCustomers is too large") // a test walks to the end of every country
}

func pow10(n int) uint64 {
	power := uint64(1)
	for range n {
		power *= 10
	}
	return power
}

func appendPadded(buffer []byte, n uint64, width int) []byte {
	for power := pow10(width - 1); power > 0; power /= 10 {
		buffer = append(buffer, '0'+byte(n/power%10))
	}
	return buffer
}

// phoneStyles are the ways in which a valid phone is written.
const phoneStyles = 6

// appendPhone writes a number as people do: international or national, with the punctuation of the style.
func (c *country) appendPhone(out []byte, slot uint64, style int) []byte {
	var room [16]byte
	digits, area := c.national(room[:0], slot)
	group, join := byte(' '), byte(' ')
	switch style {
	case 0:
		return append(append(append(out, '+'), c.callingCode...), digits...)
	case 1:
		out = append(append(append(out, '+'), c.callingCode...), ' ')
	case 2:
		out = append(append(append(out, "00"...), c.callingCode...), ' ')
	case 3:
		out = append(append(append(out, '+'), c.callingCode...), " ("...)
		out = append(append(out, c.trunk...), ')')
	case 4:
		out = append(out, c.trunk...)
		group, join = '/', '-'
	default:
		out = append(out, c.trunk...)
	}
	out = append(append(out, digits[:area]...), group)
	rest := digits[area:]
	for len(rest) > 4 {
		out = append(append(out, rest[:2]...), join)
		rest = rest[2:]
	}
	return append(out, rest...)
}

// malformedPhones is the number of ways in which a phone is spoilt; the last extensionKinds of them are extensions.
const (
	malformedPhones = 12
	extensionKinds  = 4
)

// appendMalformedPhone writes what nobody can call, or what must not be shortened.
func (c *country) appendMalformedPhone(out []byte, slot uint64, way int) []byte {
	national := func() []byte { return c.appendPhone(out, slot, 5) }
	international := func() []byte { return c.appendPhone(out, slot, 1) }
	switch way {
	case 0:
		return append(out, "n/a"...)
	case 1:
		return append(out, "nema"...)
	case 2:
		return append(out, "000000"...)
	case 3:
		return national()[:len(out)+5]
	case 4:
		return append(international(), "999999"...)
	case 5: // a letter for the leading zero
		start := len(out)
		out = national()
		out[start] = 'O'
		return out
	case 6: // two numbers in one field
		out = append(national(), " / "...)
		return c.appendPhone(out, slot^1, 5)
	case 7:
		return append(international(), " (nakon 17h)"...)
	case 8:
		return append(international(), " ext. 12"...)
	case 9:
		return append(international(), "x204"...)
	case 10:
		return append(national(), " kl. 31"...)
	}
	return append(international(), ";ext=7"...)
}
