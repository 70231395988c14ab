package duckdb

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// regions knows countries by their ISO 3166 codes and by their names in English, Croatian, German and French.
type regions struct{ byName map[string]string }

func newRegions() regions {
	r := regions{map[string]string{"uk": "GB", "usa": "US", "england": "GB", "scotland": "GB"}}
	namers := []display.Namer{
		display.Regions(language.English), display.Regions(language.Croatian), display.Regions(language.German), display.Regions(language.French),
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			region, err := language.ParseRegion(string([]rune{a, b}))
			if err != nil || !region.IsCountry() || region.Canonicalize() != region {
				continue
			}
			code := region.String()
			r.byName[strings.ToLower(code)] = code
			r.byName[strings.ToLower(region.ISO3())] = code
			for _, n := range namers {
				if name := n.Name(region); name != "" {
					r.byName[strings.ToLower(name)] = code
				}
			}
		}
	}
	return r
}

// of returns the region code of a country as a table spells it, "" if it is not known.
func (r regions) of(country string) string {
	return r.byName[strings.ToLower(strings.TrimSpace(country))]
}
