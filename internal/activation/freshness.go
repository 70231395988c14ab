package activation

import "time"

// The bounds of a freshness objective.
const (
	MinFreshness = time.Hour
	MaxFreshness = 366 * 24 * time.Hour
)

// ValidateFreshness checks a freshness objective; 0 is none.
func ValidateFreshness(d time.Duration) error {
	if d == 0 || (d >= MinFreshness && d <= MaxFreshness && d%time.Minute == 0) {
		return nil
	}
	return Errorf(CodeInvalid, "must be whole minutes, from one hour to 366 days").WithField("within_minutes").
		WithRemedy("Such as 26 hours for an export that runs every day")
}

// Late reports whether no run of the export has succeeded within its freshness objective; success is when the latest one did,
// zero for never: then the objective counts from when the export was made.
func (e Export) Late(success, now time.Time) bool {
	if success.IsZero() {
		success = e.CreatedAt
	}
	return e.Freshness > 0 && now.Sub(success) > e.Freshness
}
