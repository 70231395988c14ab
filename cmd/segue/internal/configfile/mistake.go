package configfile

import (
	"fmt"
	"strings"
)

// Place is where something stands.
type Place struct {
	File         string
	Line, Column int
}

// String writes a place as editors read it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Mistake is something in a file that cannot be right, and how to mend it.
type Mistake struct {
	Place
	// Path says what it is about, such as segments[0].rules[0].rule.field.
	Path            string
	Message, Remedy string
}

// String is the line that people read.
func (m Mistake) String() string {
	s := m.Place.String() + ": "
	if m.Path != "" {
		s += m.Path + ": "
	}
	s += m.Message
	if m.Remedy != "" {
		s += ". " + m.Remedy
	}
	return s
}

// near returns the word of the list that is most like the given one, if one is like it at all.
func near(word string, list []string) string {
	best, least := "", 1+len(word)/3
	for _, w := range list {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d <= least && (best == "" || d < least) {
			best, least = w, d
		}
	}
	return best
}

// meant asks whether another word was meant, or lists those there are.
func meant(word string, list []string) string {
	if w := near(word, list); w != "" {
		return fmt.Sprintf("Did you mean %q?", w)
	}
	switch {
	case len(list) == 0:
		return ""
	case len(list) > 12:
		return fmt.Sprintf("There are %d others", len(list))
	}
	return "There is " + strings.Join(list, ", ")
}

// distance is how many characters have to be put in, taken out or replaced.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		before := row[0]
		row[0] = i + 1
		for j, s := range y {
			cost := before
			if r != s {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
