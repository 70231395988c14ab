package sampledata

import (
	"fmt"
	"math"
	"time"
)

// Change says how a population differs from the one before: some customers are edited, some leave, some join. The same Change does the
// same to the same population.
type Change struct {
	Seed uint64
	// Percent of the Config's customers who are edited, leave or join, 0 to 100.
	Percent float64
	// Edits, Leaves and Joins are the parts of each in Percent. Default to 6, 3 and 1 when all are 0.
	Edits, Leaves, Joins int
	// AsOf is when it happened. Defaults to one day after the population or the change before it.
	AsOf time.Time
}

// step is a Change with its defaults filled in, in the units of the maker.
type step struct {
	seed          uint64
	edits, leaves float64 // percent of the customers
	firstJoiner   uint64  // index
	joins         uint64
	day           int
	second        int64
}

func planSteps(config Config, changes []Change) ([]step, error) {
	steps := make([]step, 0, len(changes))
	at, next := config.AsOf, uint64(config.Customers)
	for i, change := range changes {
		if math.IsNaN(change.Percent) || change.Percent < 0 || change.Percent > 100 {
			return nil, fmt.Errorf("%w: change %d: percent must be between 0 and 100, not %v", ErrConfig, i+1, change.Percent)
		}
		if change.Edits < 0 || change.Leaves < 0 || change.Joins < 0 {
			return nil, fmt.Errorf("%w: change %d: parts must not be negative", ErrConfig, i+1)
		}
		if change.Edits == 0 && change.Leaves == 0 && change.Joins == 0 {
			change.Edits, change.Leaves, change.Joins = 6, 3, 1
		}
		at = at.AddDate(0, 0, 1)
		if !change.AsOf.IsZero() {
			at = change.AsOf
		}
		parts := float64(change.Edits) + float64(change.Leaves) + float64(change.Joins)
		part := func(n int) float64 { return change.Percent * float64(n) / parts }
		made := step{
			seed: mix(change.Seed) ^ uint64(i), edits: part(change.Edits), leaves: part(change.Leaves), firstJoiner: next,
			joins: uint64(math.Round(part(change.Joins) / 100 * float64(config.Customers))), day: dayOf(at), second: at.UTC().Unix(),
		}
		next += made.joins
		if next > MaxCustomers {
			return nil, fmt.Errorf("%w: change %d: more than %d customers", ErrConfig, i+1, MaxCustomers)
		}
		steps = append(steps, made)
	}
	return steps, nil
}

// applyAll takes a customer through the changes; false when nothing of it is left. Only the last change is counted.
func (m *maker) applyAll(c *customer, steps []step, stats *Stats) bool {
	for i, step := range steps {
		var ignored Stats
		count := &ignored
		if i == len(steps)-1 {
			count = stats
		}
		switch joined := step.firstJoiner + step.joins; {
		case c.index >= joined:
			continue // not there yet
		case c.index >= step.firstJoiner:
			m.join(c, step)
			count.Joined++
			continue
		}
		m.dice.throwFor(m.seed^step.seed, c.index)
		switch roll := m.dice.rng.Float64() * 100; {
		case roll < step.edits:
			m.edit(c, step, count)
		case roll < step.edits+step.leaves:
			if !m.leave(c, step, count) {
				return false
			}
		}
	}
	return true
}

// join makes the customer as new as the change.
func (m *maker) join(c *customer, s step) {
	c.joined, c.lastBought, c.updated = s.day, s.day, s.second
	c.cents = min(c.cents, 20_000)
	c.points, c.tier = c.cents/100, tierFor(c.cents)
	if c.cents == 0 {
		c.lastBought = noDay
	}
}

// edit changes one thing that a list at the destination could show.
func (m *maker) edit(c *customer, s step, count *Stats) {
	count.Edited++
	c.updated = s.second
	switch roll := m.dice.n(100); {
	case roll < 50: // bought something
		spent := 500 + m.dice.n(20_000)
		c.cents += spent
		c.points += spent / 100
		c.tier = max(c.tier, tierFor(c.cents))
		c.lastBought = s.day
	case roll < 70: // moved
		c.city = another(c.city, len(c.country.cities), m.dice)
		c.oddity = 0
	case roll < 80: // married
		c.last = another(c.last, len(c.country.lasts), m.dice)
		c.emptyName = false
	case roll < 92:
		count.PhonesChanged++
		c.phone = clean
		c.phoneGen++
	default:
		count.EmailsChanged++
		c.email = clean
		c.mailGen++
	}
}

func another(place, size int, d *dice) int { return (place + 1 + d.n(size-1)) % size }

// leave takes the customer out of what marketing may want; false when the row goes. Who cannot lose consent or tier loses the row.
func (m *maker) leave(c *customer, s step, count *Stats) bool {
	c.updated = s.second
	switch m.dice.n(3) {
	case 0:
		if c.consent == consentGiven {
			c.consent = consentRefused
			count.ConsentWithdrawn++
			return true
		}
	case 1:
		if c.tier > 0 {
			c.tier = 0
			count.TierDropped++
			return true
		}
	}
	count.Removed++
	return false
}
