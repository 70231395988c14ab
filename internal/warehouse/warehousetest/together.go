package warehousetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

// soul is a profile of the model of S5 to S10. Phones and addresses are written in several ways that mean the same.
type soul struct {
	id, email, phone, code, agreed, changed string
	member                                  bool
}

var (
	manyEmails = map[string]string{ // as written: as meant
		"ana@example.com": "ana@example.com", "ANA@Example.com": "ana@example.com", "ivo@example.com": "ivo@example.com",
		"mia@bücher.example.com": "mia@xn--bcher-kva.example.com", "mia@xn--bcher-kva.example.com": "mia@xn--bcher-kva.example.com",
		"luka+a@example.com": "luka+a@example.com", "": "", "nobody": "",
	}
	manyPhones = map[string]string{
		"091 234 5678": "+385912345678", "+385 91 234 5678": "+385912345678", "00385912345679": "+385912345679", "0912345670": "+385912345670", "": "", "12": "",
	}
)

// everythingAgainstModel holds winners, consent, refusals and withheld values of made-up profiles against a plain model.
func everythingAgainstModel(d *Desk) {
	def := Definition("email text email", "phone text phone", "code text", "agreed text consent", "changed date updated_at", "m text")
	m := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("SMS", "phone"), attribute("EXT_ID", "code"), attribute("CODE", "code")}}
	emails, phones := slices.Sorted(maps.Keys(manyEmails)), slices.Sorted(maps.Keys(manyPhones))
	rapid.Check(d.TB.(*testing.T), func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "profiles")
		var souls []soul
		var text strings.Builder
		text.WriteString("id,email,phone,code,agreed,changed,m\n")
		for _, i := range rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "order") {
			p := soul{
				id: fmt.Sprintf("p%02d", i), email: rapid.SampledFrom(emails).Draw(t, "email"), phone: rapid.SampledFrom(phones).Draw(t, "phone"),
				code:    rapid.SampledFrom([]string{"", "x", "X", "y", "z"}).Draw(t, "code"),
				agreed:  rapid.SampledFrom([]string{"yes", "yes", "yes", "da", "no", ""}).Draw(t, "agreed"),
				changed: rapid.SampledFrom([]string{"", "2026-01-01", "2026-01-02"}).Draw(t, "changed"), member: rapid.Bool().Draw(t, "member"),
			}
			souls = append(souls, p)
			fmt.Fprintf(&text, "%s,%s,%s,%s,%s,%s,%v\n", p.id, p.email, p.phone, p.code, p.agreed, p.changed, p.member)
		}
		d.Text(def, text.String())
		_, members, addresses, refused := d.HandOver(m, Select(activation.Rule{Field: "m", Operator: activation.OpEquals, Values: []string{"TRUE"}}))
		wantMembers, wantAddresses, wantRefused := expected(souls)
		require.Equal(t, wantMembers, members)
		require.Equal(t, wantAddresses, addresses)
		require.Equal(t, wantRefused, refused)
	})
}

// expected is the hand-over by the letter of S5 to S10.
func expected(souls []soul) (members, addresses, refused []string) {
	members, addresses, refused = []string{}, []string{}, []string{}
	slices.SortFunc(souls, func(a, b soul) int { return strings.Compare(a.id, b.id) })
	byAddress := map[string][]soul{}
	for _, p := range souls {
		if a := manyEmails[p.email]; a != "" {
			byAddress[a] = append(byAddress[a], p)
		}
	}
	winner, refusal := map[string]soul{}, map[string]string{}
	phones, codes := map[string]int{}, map[string]int{}
	for a, list := range byAddress {
		best, yes := list[0], 0
		for _, p := range list {
			if p.changed > best.changed {
				best = p
			}
			if p.agreed == "yes" || p.agreed == "da" {
				yes++
			}
		}
		switch yes {
		case len(list):
		case 0:
			refusal[a] = activation.ReasonNoConsent
		default:
			refusal[a] = activation.ReasonConsentConflict
		}
		winner[a] = best
		phones[manyPhones[best.phone]]++
		codes[best.code]++
	}
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	wanted := map[string]bool{}
	for _, p := range souls {
		if !p.member {
			continue
		}
		a := manyEmails[p.email]
		switch {
		case p.email == "":
			members = append(members, p.id+"|-|email_missing|-")
		case a == "":
			members = append(members, p.id+"|-|email_no_at|-")
		default:
			members = append(members, p.id+"|"+a+"|"+dash(refusal[a])+"|"+winner[a].id)
			wanted[a] = refusal[a] == ""
		}
	}
	for _, a := range slices.Sorted(maps.Keys(byAddress)) {
		if refusal[a] != "" {
			refused = append(refused, a+"|"+refusal[a])
		}
		if !wanted[a] {
			continue
		}
		w := winner[a]
		phone, noPhone := manyPhones[w.phone], ""
		switch {
		case w.phone != "" && phone == "":
			noPhone = string(activation.PhoneInvalid)
		case phone != "" && phones[phone] > 1:
			phone, noPhone = "", activation.ReasonPhoneShared
		}
		code, noCode := w.code, ""
		if code != "" && codes[code] > 1 {
			code, noCode = "", activation.ReasonIdentifierShard
		}
		addresses = append(addresses, strings.Join([]string{a, w.id, dash(phone), dash(code), dash(w.code), dash(noPhone), dash(noCode), "-"}, "|"))
	}
	return members, addresses, refused
}
