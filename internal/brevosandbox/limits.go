package brevosandbox

import (
	"strconv"
	"time"
)

// bucket is a group of calls that share a rate limit.
type bucket int

const (
	bucketContacts bucket = iota // everything under /v3/contacts
	bucketOther                  // /account, /processes
	bucketCount
)

// rate is what a bucket allows; 0 means no such limit.
type rate struct{ perSecond, perHour int }

// tiers are Brevo's published limits per account (API.md section 7).
var tiers = map[string][bucketCount]rate{
	"off":      {},
	"general":  {bucketContacts: {10, 36_000}, bucketOther: {0, 100}},
	"advanced": {bucketContacts: {20, 72_000}, bucketOther: {0, 200}},
	"extended": {bucketContacts: {60, 0}, bucketOther: {0, 600}},
}

// limiter counts the calls of one account in fixed windows that begin with the
// first call after the last window ended.
type limiter struct {
	windows [bucketCount][2]window
}

type window struct {
	ends time.Time
	used int
}

// standing is what the rate headers tell.
type standing struct {
	limited   bool // some limit applies
	allowed   bool
	limit     int
	remaining int
	reset     time.Duration
}

// take counts a call. The headers tell of the window that has least left.
func (l *limiter) take(b bucket, r rate, now time.Time) standing {
	out := standing{allowed: true}
	limits := [2]int{r.perSecond, r.perHour}
	lengths := [2]time.Duration{time.Second, time.Hour}
	for i, limit := range limits {
		if limit == 0 {
			continue
		}
		w := &l.windows[b][i]
		if !now.Before(w.ends) {
			*w = window{ends: now.Add(lengths[i])}
		}
		if w.used >= limit {
			return standing{limited: true, limit: limit, reset: w.ends.Sub(now)}
		}
	}
	for i, limit := range limits {
		if limit == 0 {
			continue
		}
		w := &l.windows[b][i]
		w.used++
		if left := limit - w.used; !out.limited || left < out.remaining {
			out = standing{limited: true, allowed: true, limit: limit, remaining: left, reset: w.ends.Sub(now)}
		}
	}
	return out
}

// headers are Brevo's; the reset is in whole seconds, rounded up.
func (s standing) headers() map[string]string {
	if !s.limited {
		return nil
	}
	return map[string]string{
		"x-sib-ratelimit-limit":     strconv.Itoa(s.limit),
		"x-sib-ratelimit-remaining": strconv.Itoa(s.remaining),
		"x-sib-ratelimit-reset":     strconv.Itoa(int((s.reset + time.Second - 1) / time.Second)),
	}
}

func tooMany() reply {
	return failure(429, "too_many_requests", "The expected rate limit is exceeded.")
}
