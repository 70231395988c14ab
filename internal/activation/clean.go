package activation

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// strokes are letters whose stroke or ligature is no accent that decomposes; never changed.
var strokes = map[rune]string{
	'đ': "d", 'ð': "d", 'ł': "l", 'ø': "o", 'ħ': "h", 'ŧ': "t", 'ı': "i", 'æ': "ae", 'œ': "oe",
}

// FoldText makes a text comparable: case folded, accents dropped, white space and invisible characters to single spaces, none at the ends.
func FoldText(s string) string {
	if plainLower(s) {
		return s
	}
	s = norm.NFKD.String(strings.ToLower(cases.Fold().String(norm.NFKD.String(s)))) // folding Cherokee gives capitals, which folding again would not keep
	var b strings.Builder
	for _, r := range s {
		switch plain, stroke := strokes[r]; {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteByte(' ')
		case stroke:
			b.WriteString(plain)
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// plainLower reports whether a text is folded already, as most keys are.
func plainLower(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// words splits a folded text at everything that is neither letter nor digit; apostrophes and dots inside words vanish.
func words(s string) []string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\'', '’', '‘', '`', 'ʼ', '.':
			return -1
		}
		return r
	}, FoldText(s))
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// FoldName is FoldText without punctuation, its words in alphabetical order.
func FoldName(s string) string {
	w := words(s)
	slices.Sort(w)
	return strings.Join(w, " ")
}

// streetWords are the usual words of postal addresses in English, Croatian and German and what they are shortened to; never changed.
var streetWords = map[string]string{
	"street": "st", "str": "st", "strasse": "st", "road": "rd", "avenue": "ave", "av": "ave", "boulevard": "blvd", "drive": "dr", "lane": "ln",
	"court": "ct", "place": "pl", "square": "sq", "terrace": "ter", "highway": "hwy", "parkway": "pkwy", "apartment": "apt", "suite": "ste",
	"floor": "fl", "building": "bldg", "number": "no", "north": "n", "south": "s", "east": "e", "west": "w", "saint": "st", "mount": "mt",
	"ulica": "ul", "trg": "trg", "cesta": "c", "kucni": "kbr", "broj": "br",
}

// FoldAddress is FoldText of a postal address without punctuation, usual words shortened: "12, Main Street" is "12 Main St.".
func FoldAddress(s string) string {
	w := words(s)
	for i, word := range w {
		if short, ok := streetWords[word]; ok {
			w[i] = short
		} else if stem, ok := strings.CutSuffix(word, "strasse"); ok && stem != "" {
			w[i] = stem + "st"
		}
	}
	return strings.Join(w, " ")
}

// Clean makes a text comparable; empty means that it is missing or unusable. region is that of phones without a prefix.
func (c Cleaning) Clean(s, region string) string {
	switch c {
	case CleanName:
		return FoldName(s)
	case CleanAddress:
		return FoldAddress(s)
	case CleanEmail:
		e, _ := ParseEmail(s)
		return string(e)
	case CleanPhone:
		p, _ := ParsePhone(s, region)
		return string(p)
	}
	return FoldText(s)
}
