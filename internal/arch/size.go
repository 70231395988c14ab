package arch

import (
	"fmt"
	"slices"
)

// Sizes are limits, in lines, of Go files that are neither tests nor generated.
type Sizes struct {
	Median, P95, Most int
}

// Check holds the files of a tree against the limits. Every finding tells the figures.
func (s Sizes) Check(t *Tree) []Finding {
	var lines []int
	var found []Finding
	for _, p := range t.Packages {
		for _, f := range p.Files {
			if f.Test || f.Generated {
				continue
			}
			lines = append(lines, f.Lines)
			if f.Lines > s.Most {
				found = append(found, Finding{f.Path, fmt.Sprintf("has %d lines, more than %d: which room is each in?", f.Lines, s.Most)})
			}
		}
	}
	if len(lines) == 0 {
		return found
	}
	slices.Sort(lines)
	median, p95 := lines[len(lines)/2], lines[(len(lines)-1)*95/100]
	figures := fmt.Sprintf("%d files: median %d lines (limit %d), 95 of 100 have at most %d (limit %d), the longest %d",
		len(lines), median, s.Median, p95, s.P95, lines[len(lines)-1])
	if median > s.Median || p95 > s.P95 {
		found = append(found, Finding{"all files", figures})
	}
	return found
}
