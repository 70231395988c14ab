package brevo

import "time"

// Tier is what Brevo sells in calls: the limits of an account by its plan.
type Tier string

// The tiers. TierOff knows no limit and never waits; it is for a sandbox only.
const (
	TierGeneral  Tier = "general"
	TierAdvanced Tier = "advanced"
	TierExtended Tier = "extended"
	TierOff      Tier = "off"
)

// limit is so many calls in such a time.
type limit struct {
	calls int
	in    time.Duration
}

// tiers are the limits that Brevo publishes for an account, by tier and group. /account and /processes have no row of
// their own in Brevo's table, so they fall under "all other endpoints".
var tiers = map[Tier][groupCount][]limit{
	TierGeneral: {
		groupContacts: {{10, time.Second}, {36_000, time.Hour}},
		groupOther:    {{100, time.Hour}},
	},
	TierAdvanced: {
		groupContacts: {{20, time.Second}, {72_000, time.Hour}},
		groupOther:    {{200, time.Hour}},
	},
	TierExtended: {
		groupContacts: {{60, time.Second}},
		groupOther:    {{600, time.Hour}},
	},
	TierOff: {},
}

// share is how much of a limit Segue uses, in hundredths (S34).
const share = 80

// ours is what Segue may use of a limit.
func (l limit) ours() int { return l.calls * share / 100 }
