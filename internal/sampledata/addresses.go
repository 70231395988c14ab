package sampledata

import "strconv"

// domains are names that RFC 2606 keeps for examples: nobody can be mailed there. The last two are international.
var domains = [...]string{"example.com", "example.org", "example.net", "mail.example.com", "post.example.org", "web.example.net", "zagreb.example",
	"büro.example.com", "müller.example"}

// pickDomain gives a domain for a number below 1,000.
func pickDomain(roll int) int {
	for place, upTo := range [...]int{420, 600, 750, 860, 920, 960, 985, 993} {
		if roll < upTo {
			return place
		}
	}
	return len(domains) - 1
}

const mailStyles = 6

// appendLocal writes the part before the @. It ends in the customer's number, plus perhaps a tag, so that no two are alike.
func appendLocal(out []byte, c *customer) []byte {
	first, last := c.country.firsts[c.mailFirst].plain, c.country.lasts[c.mailLast].plain
	number := func(out []byte) []byte { return strconv.AppendUint(out, c.index+1, 10) }
	switch c.mailStyle {
	case 0:
		return number(append(append(append(out, first...), '.'), last...))
	case 1:
		return number(append(append(append(out, first[0]), '.'), last...))
	case 2:
		return number(append(append(append(out, first...), '_'), last...))
	case 3:
		return number(append(out, first...))
	case 4:
		out = number(append(append(append(out, last...), '.'), first...))
		if c.mailForm%8 == 0 {
			out = append(out, "+news"...)
		}
		return out
	}
	return number(append(out, last...))
}

// appendAddress writes the customer's own address as it was meant.
func appendAddress(out []byte, c *customer) []byte {
	out = append(appendLocal(out, c), '@')
	return append(out, domains[(c.mailDomain+c.mailGen)%len(domains)]...)
}

// appendSpelled writes an address with the carelessness of the form: most are plain, some in capitals or with spaces.
func appendSpelled(out []byte, c *customer, form int) []byte {
	start := len(out)
	switch {
	case form < 15:
		out = append(out, ' ')
		return appendAddress(out, c)
	case form < 30:
		return append(appendAddress(out, c), "  "...)
	case form < 45:
		out = appendAddress(out, c)
		out[start] = upper(out[start])
		return out
	case form < 60:
		out = appendAddress(out, c)
		for i := start; i < len(out); i++ {
			out[i] = upper(out[i])
		}
		return out
	}
	return appendAddress(out, c)
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

const brokenAddresses = 14

// appendBroken writes an address that no one can normalise, in as many ways as people find.
func appendBroken(out []byte, c *customer, way int) []byte {
	written := c.country.firsts[c.mailFirst].written
	switch way {
	case 0: // no @
		return append(appendLocal(out, c), "example.com"...)
	case 1: // no dot
		return append(appendLocal(out, c), "@example"...)
	case 2:
		return append(append(append(out, c.country.firsts[c.mailFirst].plain...), ' '), appendAddress(nil, c)...)
	case 3:
		return append(appendLocal(out, c), "@@example.com"...)
	case 4:
		return append(appendLocal(out, c), "@example,com"...)
	case 5: // a local part outside ASCII
		return appendAddress(append(out, "š."...), c)
	case 6:
		out = append(append(out, written...), " <"...)
		return append(appendAddress(out, c), '>')
	case 7:
		return append(appendLocal(out, c), ".@example.com"...)
	case 8:
		out = append(append(append(out, '"'), written...), '"')
		return append(out, "@example.com"...)
	case 9:
		return append(out, "n/a"...)
	case 10:
		return append(appendAddress(out, c), ';')
	case 11: // two in one field
		out = append(appendAddress(out, c), ", "...)
		return append(appendLocal(out, c), "@example.net"...)
	case 12:
		return append(appendLocal(out, c), "(privat)@example.com"...)
	}
	return append(appendLocal(out, c), "@[192.0.2.7]"...)
}
