package configfile

import (
	"fmt"
	"strings"

	"segue/cmd/segue/internal/near"
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

// meant asks whether another word was meant, or lists those there are.
func meant(word string, list []string) string {
	if w := near.Word(word, list); w != "" {
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
