package world

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"segue/internal/brevosandbox"
)

// settingsDrawn remembers which values of the sandbox's switches occurred.
type settingsDrawn struct {
	mu   sync.Mutex
	seen map[string]bool
}

// switches calls f with every switch of the sandbox and its values.
func switches(s *brevosandbox.Settings, f func(name string, values []string, field reflect.Value)) {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if values := v.Type().Field(i).Tag.Get("values"); values != "" {
			f(v.Type().Field(i).Name, strings.Split(values, ","), v.Field(i))
		}
	}
}

// draw draws everything that Brevo's documents leave open, and how long things take.
func (d *settingsDrawn) draw(t *rapid.T) (s brevosandbox.Settings) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	switches(&s, func(name string, values []string, field reflect.Value) {
		if name == "ImportBooleans" {
			values = append(values, values[0], values[1]) // an account that stores none cannot be exported to with one
		}
		field.SetString(rapid.SampledFrom(values).Draw(t, name))
		d.seen[name+"="+field.String()] = true
	})
	for _, x := range []struct {
		name   string
		to     *brevosandbox.Duration
		values []time.Duration
	}{
		{"ListCountLag", &s.ListCountLag, []time.Duration{0, 10 * time.Minute}},
		{"ProcessListLag", &s.ProcessListLag, []time.Duration{0, 0, 90 * time.Second}},
		{"ReportLifetime", &s.ReportLifetime, []time.Duration{24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 30 * time.Second}},
		{"QueueDelay", &s.QueueDelay, []time.Duration{0, 0, 5 * time.Second}},
		{"ImportFixed", &s.ImportFixed, []time.Duration{0, 0, 40 * time.Second}},
		{"ImportPerContact", &s.ImportPerContact, []time.Duration{0, 2 * time.Second}},
	} {
		*x.to = brevosandbox.Duration(rapid.SampledFrom(x.values).Draw(t, x.name))
	}
	return s
}

// missing returns what never occurred.
func (d *settingsDrawn) missing() (list []string) {
	switches(&brevosandbox.Settings{}, func(name string, values []string, _ reflect.Value) {
		for _, v := range values {
			if !d.seen[name+"="+v] {
				list = append(list, name+"="+v)
			}
		}
	})
	slices.Sort(list)
	return list
}
