package brevosandbox

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that JSON writes as text, such as "1m30s".
type Duration time.Duration

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration accepts; negative is refused.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("read duration: %w", err)
	}
	if parsed < 0 {
		return fmt.Errorf("read duration: %q is negative", text)
	}
	*d = Duration(parsed)
	return nil
}
