package sampledata

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

var countries = []*country{&croatia, &germany, &austria, &france, &britain, &ireland}

func TestEveryCountryHasAPhoneForEverybody(t *testing.T) {
	t.Parallel()
	for _, c := range countries {
		seen := map[string]bool{}
		for _, slot := range slots(c) {
			for style := range phoneStyles {
				written := string(c.appendPhone(nil, slot, style))
				phone, problem := activation.ParsePhone(written, c.code)
				require.Empty(t, string(problem), "%s slot %d style %d: %s", c.code, slot, style, written)
				if style == 0 {
					require.False(t, seen[phone.String()], "slot %d repeats a number", slot)
					seen[phone.String()] = true
				}
				require.True(t, seen[phone.String()], "style %d is another number", style)
			}
			for way := range malformedPhones {
				written := string(c.appendMalformedPhone(nil, slot, way))
				_, problem := activation.ParsePhone(written, c.code)
				want := activation.PhoneInvalid
				if way >= malformedPhones-extensionKinds {
					want = activation.PhoneHasExtension
				}
				require.Equal(t, want, problem, "%s way %d: %s", c.code, way, written)
			}
		}
	}
}

// slots gives the first, the last and many slots between, of every range that a population can reach.
func slots(c *country) []uint64 {
	var all []uint64
	first := uint64(0)
	for _, r := range c.phones {
		size := pow10(r.digits)
		for i := range uint64(20) {
			all = append(all, first+i*(size/20))
		}
		first += size
		all = append(all, first-1)
	}
	const needed = 2*MaxCustomers + 2
	if first < needed {
		panic("not enough phones in " + c.code)
	}
	return append(all, needed)
}

func TestEveryWayToBreakAnAddressBreaksIt(t *testing.T) {
	t.Parallel()
	for _, c := range countries {
		for first := range c.firsts {
			for last := range c.lasts {
				person := customer{index: 41, country: c, mailFirst: first, mailLast: last, mailStyle: last % mailStyles, mailDomain: (first + last) % len(domains),
					mailForm: first}
				for _, form := range []int{0, 20, 40, 50, 99} {
					_, problem := activation.ParseEmail(string(appendSpelled(nil, &person, form)))
					require.Empty(t, string(problem), "%s", appendSpelled(nil, &person, form))
				}
				for way := range brokenAddresses {
					_, problem := activation.ParseEmail(string(appendBroken(nil, &person, way)))
					require.NotEmpty(t, string(problem), "way %d: %s", way, appendBroken(nil, &person, way))
					require.NotEqual(t, activation.EmailMissing, problem)
				}
			}
		}
	}
}

func TestDaysBeforeTheTableAreWrittenToo(t *testing.T) {
	t.Parallel()
	r := newRowWriter(nil, 20_000)
	require.Equal(t, "1900-01-01", string(r.date(nil, -25_567)))
	require.Equal(t, "1969-12-31", string(r.date(nil, -1)), "a day before 1970 is a day")
	require.Empty(t, r.date(nil, noDay))
	require.Equal(t, "2100-01-01T00:00:01Z", string(r.instant(nil, 47_482*secondsPerDay+1)))
}
