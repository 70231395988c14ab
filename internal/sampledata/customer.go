package sampledata

import "math"

// The shares of dirt, in percent of the rows.
const (
	shareMissingEmail   = 1.0
	shareBrokenEmail    = 3.0
	shareTwinEmail      = 2.0
	shareMissingPhone   = 7.0
	shareMalformedPhone = 4.0
	shareSharedPhone    = 2.0
	shareMissingConsent = 8.0
	shareNoConsent      = 12.0
	shareEmptyName      = 1.5
	shareOddValue       = 1.0
	shareNoBirthDate    = 5.0
	shareNoPurchase     = 10.0
)

// kind says what is wrong with a value.
type kind uint8

const (
	clean kind = iota
	missing
	broken
	borrowed // the value of another customer
)

type consent uint8

const (
	consentGiven consent = iota
	consentMissing
	consentRefused
)

// noDay stands for a missing date. Days before 1970 are negative and real.
const noDay = math.MinInt

// customer is one row before it is rendered: choices, not texts, so that a change is a change of a number.
type customer struct {
	index   uint64
	country *country

	first, last, city   int // places in the lists of the country
	mailFirst, mailLast int // the name when the address was made
	emptyName           bool
	oddity              int // 0 is none

	email                                    kind
	mailStyle, mailDomain, mailGen, mailForm int
	twin                                     *customer

	phone                     kind
	phoneSlot                 uint64
	phoneGen, phoneForm       int
	housemateSlot             uint64
	birth, joined, lastBought int // days since 1970, noDay for none
	tier, points, cents       int
	consent                   consent
	consentForm               int
	updated                   int64 // seconds since 1970
}

// maker makes customers one by one; not for several goroutines.
type maker struct {
	seed  uint64
	today int
	dice  *dice
	other customer // the one that a value is borrowed from
}

func newMaker(config Config) *maker {
	return &maker{seed: config.Seed, today: config.day(), dice: newDice()}
}

// customer makes the customer with this index, with what it has in common with earlier ones.
func (m *maker) customer(index uint64) customer {
	person := m.alone(index)
	if person.phone == borrowed {
		mate, found := m.earlier(index, func(c *customer) bool { return c.phone == clean })
		if found {
			person.country, person.last, person.city = mate.country, mate.last, mate.city
			person.first %= len(person.country.firsts)
			person.mailFirst, person.mailLast = person.first, person.last
			person.housemateSlot = mate.phoneSlot
		} else {
			person.phone = clean
		}
	}
	if person.email == borrowed {
		twin, found := m.earlier(index, func(c *customer) bool { return c.email == clean && c.phone != borrowed })
		if found {
			m.other = twin
			person.twin = &m.other
		} else {
			person.email = clean
		}
	}
	return person
}

// earlier finds a customer not long before this one who suits.
func (m *maker) earlier(index uint64, suits func(*customer) bool) (customer, bool) {
	back := mix(m.seed^index) % 200
	for at := index - min(index, back); at > 0; at-- {
		if candidate := m.alone(at - 1); suits(&candidate) {
			return candidate, true
		}
	}
	return customer{}, false
}

// alone makes a customer without looking at any other.
func (m *maker) alone(index uint64) customer {
	d := m.dice
	d.throwFor(m.seed, index)
	c := customer{index: index, phoneSlot: 2 * index, country: pickCountry(d.n(100))}
	c.first, c.last, c.city = d.n(len(c.country.firsts)), d.n(len(c.country.lasts)), d.n(len(c.country.cities))
	c.mailFirst, c.mailLast = c.first, c.last
	c.emptyName = d.percent(shareEmptyName)
	if d.percent(shareOddValue) {
		c.oddity = 1 + d.n(oddities)
	}

	c.email = pickKind(d, shareMissingEmail, shareBrokenEmail, shareTwinEmail)
	c.mailStyle, c.mailDomain, c.mailForm = d.n(mailStyles), pickDomain(d.n(1000)), d.n(1000)
	c.phone = pickKind(d, shareMissingPhone, shareMalformedPhone, shareSharedPhone)
	c.phoneForm = d.n(1000)

	const oldest, youngest, history = 85 * 365, 18 * 365, 9 * 365
	c.birth = m.today - youngest - d.n(oldest-youngest)
	if d.percent(shareNoBirthDate) {
		c.birth = noDay
	}
	sinceJoined := 1 + d.n(history)
	c.joined = m.today - sinceJoined
	c.lastBought = m.today - 1 - skewed(d, sinceJoined)
	c.cents = 500 + skewed(d, 600_000)
	if d.percent(shareNoPurchase) {
		c.lastBought, c.cents = noDay, 0
	}
	c.points = c.cents / 100 * (1 + d.n(3))
	c.tier = tierFor(c.cents)

	switch roll := d.rng.Float64() * 100; {
	case roll < shareMissingConsent:
		c.consent = consentMissing
	case roll < shareMissingConsent+shareNoConsent:
		c.consent = consentRefused
	}
	c.consentForm = d.n(1000)
	updated := max(m.today-1-skewed(d, sinceJoined), c.lastBought) // a purchase is an update
	c.updated = int64(updated)*secondsPerDay + int64(d.n(secondsPerDay))
	return c
}

func pickKind(d *dice, missingShare, brokenShare, borrowedShare float64) kind {
	roll := d.rng.Float64() * 100
	switch {
	case roll < missingShare:
		return missing
	case roll < missingShare+brokenShare:
		return broken
	case roll < missingShare+brokenShare+borrowedShare:
		return borrowed
	}
	return clean
}

// skewed draws below the limit, small numbers much more often: recent purchases and small sums are what customers have.
func skewed(d *dice, limit int) int {
	x := d.rng.Float64()
	return int(x * x * x * float64(limit))
}

// tierFor gives the place in tiers for what somebody spent.
func tierFor(cents int) int {
	switch {
	case cents < 10_000:
		return 0
	case cents < 50_000:
		return 1
	case cents < 150_000:
		return 2
	case cents < 400_000:
		return 3
	}
	return 4
}
