// Package sampledata makes up customers for the demo, the tests and the benchmarks: believable, partly dirty, the same for the same
// seed. It streams CSV in constant memory. It knows no other package of Segue, no clock and no real person: addresses end in names that
// RFC 2606 reserves, and phones come first from the ranges that regulators keep free for films.
package sampledata

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// MaxCustomers is the largest population: beyond it the made-up phones would run out and repeat.
const MaxCustomers = 20_000_000

// Config says which population to make. The same Config gives the same bytes.
type Config struct {
	Seed      uint64
	Customers int
	// AsOf is the day on which the file was written: no date in it is later. Defaults to 2026-01-01 UTC.
	AsOf time.Time
}

// Stats counts what was made. A row can count in several places.
type Stats struct {
	Rows int

	MissingEmails int
	// BrokenEmails is the number of addresses that cannot be normalised; missing ones are not among them.
	BrokenEmails int
	// DuplicateAddresses is the number of rows with the address first given to another customer, spelled alike or not.
	DuplicateAddresses int

	MissingPhones int
	// MalformedPhones is the number of phones that are no usable number; PhonesWithExtension of them are one with an extension.
	MalformedPhones     int
	PhonesWithExtension int
	// SharedPhones is the number of rows with the phone first given to another customer, of the same household.
	SharedPhones int

	MissingConsent int
	NoConsent      int

	EmptyNames int
	// OddValues is the number of rows with a quote, semicolon, comma, line break, emoji or stray white space in a name or city.
	OddValues int

	// What the last Change did; zero for an unchanged population.
	Edited           int
	EmailsChanged    int // of Edited
	PhonesChanged    int // of Edited
	ConsentWithdrawn int
	TierDropped      int
	Removed          int
	Joined           int
}

// Left is the number of customers who left by the last Change: consent withdrawn, tier dropped or row removed.
func (s Stats) Left() int { return s.ConsentWithdrawn + s.TierDropped + s.Removed }

// ErrConfig is what every refused Config or Change wraps.
var ErrConfig = errors.New("sample data")

// WriteCSV writes the population with a header line, as RFC 4180 with LF line ends. Errors are those of w, or ErrConfig.
func WriteCSV(w io.Writer, config Config) (Stats, error) {
	return WriteChangedCSV(w, config)
}

// WriteChangedCSV writes the population as it is after the changes, one after the other. The Stats describe the resulting file, and what
// the last change did.
func WriteChangedCSV(w io.Writer, config Config, changes ...Change) (Stats, error) {
	config, err := config.checked()
	if err != nil {
		return Stats{}, err
	}
	steps, err := planSteps(config, changes)
	if err != nil {
		return Stats{}, err
	}
	out := newRowWriter(w, config.day())
	out.header()
	maker := newMaker(config)
	total := uint64(config.Customers)
	for _, step := range steps {
		total += step.joins
	}
	for index := range total {
		person := maker.customer(index)
		if maker.applyAll(&person, steps, &out.stats) {
			out.row(&person)
		}
		if out.err != nil {
			break
		}
	}
	if err := out.flush(); err != nil {
		return out.stats, fmt.Errorf("write sample data: %w", err)
	}
	return out.stats, nil
}

func (c Config) checked() (Config, error) {
	if c.Customers < 0 || c.Customers > MaxCustomers {
		return c, fmt.Errorf("%w: customers must be between 0 and %d, not %d", ErrConfig, MaxCustomers, c.Customers)
	}
	if c.AsOf.IsZero() {
		c.AsOf = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if c.AsOf.Year() < 2000 || c.AsOf.Year() > 9000 {
		return c, fmt.Errorf("%w: as-of year must be between 2000 and 9000, not %d", ErrConfig, c.AsOf.Year())
	}
	return c, nil
}

// day gives AsOf in days since 1970.
func (c Config) day() int { return dayOf(c.AsOf) }

func dayOf(t time.Time) int { return int(t.UTC().Unix() / secondsPerDay) }

const secondsPerDay = 86_400

// dice are the random numbers of one customer: the same whoever else is made before.
type dice struct {
	source rand.PCG
	rng    *rand.Rand
}

func newDice() *dice {
	d := &dice{}
	d.rng = rand.New(&d.source)
	return d
}

// throwFor starts the numbers of one customer for one purpose.
func (d *dice) throwFor(seed, index uint64) { d.source.Seed(mix(seed), mix(index^seed<<1)) }

func (d *dice) n(limit int) int { return int(d.rng.Uint64N(uint64(limit))) }

// percent is true in share of 100 cases.
func (d *dice) percent(share float64) bool { return d.rng.Float64()*100 < share }

// mix spreads a small number over 64 bits (splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
