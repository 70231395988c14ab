package where

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"segue/client"
)

// kind is the kind of a token.
type kind int

const (
	end    kind = iota
	word        // bare text
	quoted      // text in quotes
	symbol      // ( ) { } , = != < <= > >=
)

// token is a piece of the text; pos is where it begins, counted in characters from 1.
type token struct {
	kind kind
	text string
	pos  int
}

// is reports whether the token is this word of the language, in any case.
func (t token) is(words ...string) bool {
	if t.kind != word {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.text, w) {
			return true
		}
	}
	return false
}

func (t token) isSymbol(s string) bool { return t.kind == symbol && t.text == s }

// String names the token for people.
func (t token) String() string {
	if t.kind == end {
		return "the end"
	}
	return fmt.Sprintf("%q", t.text)
}

// SyntaxError says where a rule cannot be understood.
type SyntaxError struct {
	Pos     int // in characters, from 1
	Message string
	// Field is the field that is text where something is asked of it that Wants another type.
	Field string
	Wants client.FieldType
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at character %d: %s", e.Pos, e.Message) }

// scan cuts text into tokens; the last one is always an end.
func scan(text string) ([]token, error) {
	if !utf8.ValidString(text) {
		return nil, &SyntaxError{Pos: 1, Message: "the text is not UTF-8"}
	}
	in := []rune(text)
	var out []token
	for i := 0; i < len(in); {
		switch r := in[i]; {
		case unicode.IsSpace(r):
			i++
		case r == '\'' || r == '"':
			s, next, ok := scanQuoted(in, i)
			if !ok {
				return nil, &SyntaxError{Pos: i + 1, Message: "the quote is not closed"}
			}
			out = append(out, token{quoted, s, i + 1})
			i = next
		case strings.ContainsRune("(){},=", r):
			out = append(out, token{symbol, string(r), i + 1})
			i++
		case strings.ContainsRune("<>!", r):
			s := string(r)
			if i+1 < len(in) && in[i+1] == '=' {
				s += "="
			}
			if s == "!" {
				return nil, &SyntaxError{Pos: i + 1, Message: `"!" stands alone; write != or not`}
			}
			out = append(out, token{symbol, s, i + 1})
			i += len(s)
		default:
			j := i
			for j < len(in) && bare(in[j]) {
				j++
			}
			out = append(out, token{word, string(in[i:j]), i + 1})
			i = j
		}
	}
	return append(out, token{end, "", len(in) + 1}), nil
}

// bare reports whether a word may go on with r.
func bare(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune("(){},=<>!", r) }

// scanQuoted reads text in quotes that begins at i, in which a doubled quote stands for one.
func scanQuoted(in []rune, i int) (s string, next int, ok bool) {
	q := in[i]
	var b strings.Builder
	for j := i + 1; j < len(in); j++ {
		if in[j] != q {
			b.WriteRune(in[j])
			continue
		}
		if j+1 < len(in) && in[j+1] == q {
			b.WriteRune(q)
			j++
			continue
		}
		return b.String(), j + 1, true
	}
	return "", 0, false
}
