package warehousetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
)

// figure is a row of a made-up table; values are by field.
type figure struct {
	ref    activation.RowRef
	values map[string]string
}

// Spellings and what they mean, by cleaning; written down here, not computed by what is tested.
var (
	spelledNames = map[string]string{
		"Ana": "ana", "ANA ": "ana", "Anna": "anna", "Željka": "zeljka", "zeljka": "zeljka", "Đuro": "duro", "Moss, Abbie": "abbie moss", "Abbie Moss": "abbie moss", "": "",
	}
	spelledEmails = map[string]string{"ana@example.com": "ana@example.com", "Ana@Example.COM": "ana@example.com", "ivo@example.com": "ivo@example.com", "nobody": "", "": ""}
	spelledPhones = map[string]string{"091 234 5678": "+385912345678", "+385 91 234 5678": "+385912345678", "0912345670": "+385912345670", "12": "", "": ""}
)

// meant is what a value is compared as.
func meant(field string, exact bool, value string) string {
	value = strings.TrimSpace(value)
	if exact {
		return value
	}
	for _, m := range []struct {
		fields string
		of     map[string]string
	}{{"first last", spelledNames}, {"email", spelledEmails}, {"phone", spelledPhones}} {
		if strings.Contains(m.fields, field) {
			for spelled, means := range m.of {
				if strings.TrimSpace(spelled) == value {
					return means
				}
			}
		}
	}
	return strings.ToLower(value)
}

// jaroWinkler is the similarity by its definition, on ASCII.
func jaroWinkler(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	window := max(len(a), len(b))/2 - 1
	usedA, usedB := make([]bool, len(a)), make([]bool, len(b))
	matches := 0
	for i := range a {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if !usedB[j] && a[i] == b[j] {
				usedA[i], usedB[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	half, j := 0, 0
	for i := range a {
		if !usedA[i] {
			continue
		}
		for !usedB[j] {
			j++
		}
		if a[i] != b[j] {
			half++
		}
		j++
	}
	m := float64(matches)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(half/2))/m) / 3
	prefix := 0
	for prefix < min(4, len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	if jaro > 0.7 {
		jaro += float64(prefix) * 0.1 * (1 - jaro)
	}
	return jaro
}

// matching decides by the letter of the definition.
type matching struct {
	def   activation.ProfileDefinition
	pairs []activation.MatchPair
	rows  []figure // by source and key
	label []int
}

func match(def activation.ProfileDefinition, pairs []activation.MatchPair, rows []figure) *matching {
	m := &matching{def: def, pairs: pairs, rows: slices.Clone(rows)}
	slices.SortFunc(m.rows, func(a, b figure) int {
		if a.ref.Before(b.ref) {
			return -1
		}
		return 1
	})
	for i := range m.rows {
		m.label = append(m.label, i)
	}
	for i := range m.rows {
		for j := i + 1; j < len(m.rows); j++ {
			if m.said(i, j, activation.PairAlways) {
				m.join(i, j)
			}
		}
	}
	for _, r := range def.Unify.Rules {
		m.rule(r)
	}
	return m
}

func (m *matching) said(i, j int, kind activation.PairKind) bool {
	return slices.ContainsFunc(m.pairs, func(p activation.MatchPair) bool {
		return p.Kind == kind && (p.A == m.rows[i].ref && p.B == m.rows[j].ref || p.B == m.rows[i].ref && p.A == m.rows[j].ref)
	})
}

func (m *matching) join(i, j int) {
	for x := range m.rows {
		for y := range m.rows {
			if m.label[x] == m.label[i] && m.label[y] == m.label[j] && m.said(x, y, activation.PairNever) {
				return
			}
		}
	}
	from, to := m.label[j], m.label[i]
	for x := range m.label {
		if m.label[x] == from {
			m.label[x] = to
		}
	}
}

func (m *matching) rule(r activation.MatchRule) {
	blocks := map[string][]int{}
	for i, row := range m.rows {
		key, whole := "", true
		for _, c := range r.Conditions {
			if c.Kind == activation.MatchSimilar {
				continue
			}
			v := meant(c.Field, c.Kind == activation.MatchExact, row.values[c.Field])
			whole = whole && v != ""
			key += v + "\x00"
		}
		if whole {
			blocks[key] = append(blocks[key], i)
		}
	}
	var order [][]int
	for _, b := range blocks {
		if len(b) <= m.def.Unify.Block() {
			order = append(order, b)
		}
	}
	slices.SortFunc(order, func(a, b []int) int { return a[0] - b[0] })
	for _, b := range order {
		for n, i := range b {
			for _, j := range b[n+1:] {
				if m.fits(r, m.rows[i], m.rows[j]) {
					m.join(i, j)
				}
			}
		}
	}
}

func (m *matching) fits(r activation.MatchRule, a, b figure) bool {
	for _, c := range r.Conditions {
		if c.Kind == activation.MatchSimilar && jaroWinkler(meant(c.Field, false, a.values[c.Field]), meant(c.Field, false, b.values[c.Field])) < c.Similarity {
			return false
		}
	}
	for _, x := range r.Unless {
		v, w := meant(x.Field, false, a.values[x.Field]), meant(x.Field, false, b.values[x.Field])
		if v != "" && w != "" && v != w {
			return false
		}
	}
	return true
}

// profiles are the profiles by the ids that new rows give them: id, then values in the order of the fields, joined by "|".
func (m *matching) profiles() []string {
	groups := map[int][]figure{}
	for i, row := range m.rows {
		groups[m.label[i]] = append(groups[m.label[i]], row)
	}
	out := []string{}
	for _, g := range groups {
		line := []string{m.id(g)}
		for _, f := range m.def.Fields {
			line = append(line, m.survivor(f, g))
		}
		out = append(out, strings.Join(line, "|"))
	}
	slices.Sort(out)
	return out
}

func (m *matching) id(group []figure) string {
	keys, made := []string{}, []string{}
	for _, r := range group {
		if r.ref.Source == m.def.Unify.Origin.Source {
			keys = append(keys, r.ref.Key)
		}
		sum := sha256.Sum256([]byte(string(r.ref.Source) + "\x00" + r.ref.Key))
		made = append(made, "p_"+hex.EncodeToString(sum[:])[:24])
	}
	if len(keys) > 0 {
		return slices.Min(keys)
	}
	return slices.Min(made)
}

// survivor chooses the value of a field: the rows come by source and key, so that the first of equals is the one that counts.
func (m *matching) survivor(f activation.Field, group []figure) string {
	var rows []figure
	for _, r := range group {
		if strings.TrimSpace(r.values[f.Name]) != "" {
			rows = append(rows, r)
		}
	}
	if f.Semantic == activation.SemanticConsent {
		for _, word := range []string{"no", "perhaps"} {
			if some := slices.DeleteFunc(slices.Clone(rows), func(r figure) bool { return r.values[f.Name] != word }); len(some) > 0 {
				rows = some
				break
			}
		}
	}
	if len(rows) == 0 {
		return ""
	}
	s := m.def.Unify.Survives(f)
	score := func(r figure) string { // the highest survives
		switch s.Method {
		case activation.SurvivorRecent:
			return r.values[s.By]
		case activation.SurvivorComplete:
			n := 0
			for _, g := range m.def.Fields {
				if strings.TrimSpace(r.values[g.Name]) != "" {
					n++
				}
			}
			return fmt.Sprintf("%03d", n)
		case activation.SurvivorFrequent:
			n := 0
			for _, o := range rows {
				if strings.TrimSpace(o.values[f.Name]) == strings.TrimSpace(r.values[f.Name]) {
					n++
				}
			}
			return fmt.Sprintf("%03d", n)
		}
		return fmt.Sprintf("%03d", 999-slices.Index(s.Order, r.ref.Source))
	}
	best := rows[0]
	for _, r := range rows[1:] {
		if score(r) > score(best) {
			best = r
		}
	}
	return strings.TrimSpace(best.values[f.Name])
}
