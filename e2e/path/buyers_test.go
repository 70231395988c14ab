package path

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

const buyersFile = `
sources: [{name: contacts, path: Contact.csv}, {name: loyalty, path: Customer-Loyalty.csv}, {name: online, path: OnlinePurchases.csv}, {name: till, path: POSPurchases.csv}]
profile:
  region: US
  fields:
    - {name: EMail, type: text, semantic: email}
    - {name: FirstName, type: text, semantic: first_name}
    - {name: LastName, type: text, semantic: last_name}
    - {name: Born, type: date, semantic: birth_date}
    - {name: RewardPoints, type: number}
    - {name: Email Subscriber, type: text, semantic: consent}
  tables:
    - {source: contacts, key: ContactId, columns: {EMail: EMail, FirstName: FirstName, LastName: LastName, Born: DateOfBirth, Email Subscriber: Email Subscriber}}
    - {source: loyalty, key: LoyaltyId, columns: {EMail: EMail, FirstName: FirstName, LastName: LastName, Born: DateOfBirth, RewardPoints: RewardPoints}}
  rules:
    - {name: e-mail, conditions: [{field: EMail, kind: normalised}]}
    - {name: name and birthday, conditions: [{field: FirstName, kind: normalised}, {field: LastName, kind: normalised}, {field: Born, kind: exact}]}
relationships:
  - {name: online, from: online, keys: [{from: ContactId}]}
  - {name: card, from: loyalty, keys: [{from: LoyaltyId}]}
  - {name: till, from: till, to: loyalty, keys: [{from: LoyaltyId, to: LoyaltyId}]}
segments:
  - name: Buyers
    rules:
      - rule:
          operator: greater_or_equal
          related: {path: [online], function: sum, column: TotalPrice, within: {column: PurchasedOn, operator: between, values: ["2018-01-01", "2019-12-31"]}}
          values: ["2000"]
      - combine: intersect
        rule: {field: Email Subscriber, operator: equals, values: ["yes"]}
  - name: Everywhere
    rules:
      - rule: {operator: member_of, segment: Buyers}
      - combine: intersect
        rule:
          operator: greater_or_equal
          related: {path: [card, till], function: sum, column: TotalPrice, within: {column: PurchasedOn, operator: between, values: ["2018-01-01", "2019-12-31"]}}
          values: ["300"]
      - combine: intersect
        rule: {field: RewardPoints, operator: greater_or_equal, values: ["200"]}
`

// people gives every row of contacts and of the loyalty system the number of the person whose it is: rows with one address, or with one
// name and birthday, are one person.
func people(tables ...[]contact) [][]int {
	parent := []int{}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	plain := func(s string) string {
		words := strings.FieldsFunc(strings.NewReplacer("'", "", ".", "").Replace(strings.ToLower(s)), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		slices.Sort(words)
		return strings.Join(words, " ")
	}
	first := map[string]int{}
	for _, rows := range tables {
		for _, c := range rows {
			i := len(parent)
			parent = append(parent, i)
			keys := []string{}
			if a := c.address(); a != "" {
				keys = append(keys, "@"+a)
			}
			born, err := time.Parse("1/2/2006", c["DateOfBirth"])
			if err != nil {
				born, err = time.Parse(time.DateOnly, c["DateOfBirth"])
			}
			if given, family := plain(c["FirstName"]), plain(c["LastName"]); err == nil && given != "" && family != "" {
				keys = append(keys, given+"|"+family+"|"+born.Format(time.DateOnly))
			}
			for _, k := range keys {
				if j, there := first[k]; there {
					parent[root(i)] = root(j)
				} else {
					first[k] = i
				}
			}
		}
	}
	var out [][]int
	i := 0
	for _, rows := range tables {
		var of []int
		for range rows {
			of, i = append(of, root(i)), i+1
		}
		out = append(out, of)
	}
	return out
}

// spent adds up what each person bought for in 2018 and 2019; of gives the person of a row by its key.
func spent(t *testing.T, purchases []contact, key string, of map[string]int) map[int]float64 {
	t.Helper()
	total := map[int]float64{}
	for _, x := range purchases {
		day, err := time.Parse("1/2/2006", x["PurchasedOn"])
		if err != nil {
			day, err = time.Parse(time.DateOnly, x["PurchasedOn"])
		}
		require.NoError(t, err)
		if p, known := of[x[key]]; known && (day.Year() == 2018 || day.Year() == 2019) {
			price, err := strconv.ParseFloat(x["TotalPrice"], 64)
			require.NoError(t, err)
			total[p] += price
		}
	}
	return total
}

// shoppers is what is known of each person when it is calculated by itself.
type shoppers struct {
	rows, people            int
	of                      map[string]int // the person of a contact
	online, till, points    map[int]float64
	subscribes              map[int]bool
	buyers, everywhere      map[int]bool
	bought, paid, yes, rich int
}

// calculate shares nothing with the program.
func calculate(t *testing.T, folder string) (s shoppers) {
	t.Helper()
	_, contacts := readContacts(t, filepath.Join(folder, "Contact.csv"))
	_, loyalty := readContacts(t, filepath.Join(folder, "Customer-Loyalty.csv"))
	_, online := readContacts(t, filepath.Join(folder, "OnlinePurchases.csv"))
	_, till := readContacts(t, filepath.Join(folder, "POSPurchases.csv"))
	person := people(contacts, loyalty)
	s.of, s.subscribes, s.points, s.buyers, s.everywhere = map[string]int{}, map[int]bool{}, map[int]float64{}, map[int]bool{}, map[int]bool{}
	for i, c := range contacts {
		p := person[0][i]
		_, known := s.subscribes[p]
		s.of[c["ContactId"]] = p
		s.subscribes[p] = c.consents() && (!known || s.subscribes[p])
	}
	card, first := map[string]int{}, map[int]string{}
	for i, c := range loyalty {
		p, id := person[1][i], c["LoyaltyId"]
		card[id] = p
		if before, known := first[p]; c["RewardPoints"] != "" && (!known || id < before) {
			points, err := strconv.ParseFloat(c["RewardPoints"], 64)
			require.NoError(t, err)
			first[p], s.points[p] = id, points
		}
	}
	s.online, s.till = spent(t, online, "ContactId", s.of), spent(t, till, "LoyaltyId", card)
	all := map[int]bool{}
	for _, p := range slices.Concat(person...) {
		all[p] = true
	}
	s.rows, s.people = len(contacts)+len(loyalty), len(all)
	for p := range all {
		bought, paid, rich, yes := s.online[p] >= 2000, s.till[p] >= 300, s.points[p] >= 200, s.subscribes[p]
		for into, is := range map[*int]bool{&s.bought: bought, &s.paid: paid, &s.rich: rich, &s.yes: yes} {
			if is {
				*into++
			}
		}
		if bought && yes {
			s.buyers[p] = true
		}
		if bought && yes && paid && rich {
			s.everywhere[p] = true
		}
	}
	return s
}

// TestContosoBuyersAreAsCalculated counts on the real program, from a file that is applied, who bought online for at least 2,000 in 2018 and
// 2019 together and is an e-mail subscriber, which contacts alone tell; and which of them paid 300 in shops in these years by a loyalty card
// and have 200 points, which is known only of people whose rows in both tables were joined. It holds both against a calculation of its own.
func TestContosoBuyersAreAsCalculated(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(contoso); err != nil {
		t.Skip("the folder shared/data/contoso is absent")
	}
	folder, err := filepath.Abs(filepath.Dir(contoso))
	require.NoError(t, err)
	data := t.TempDir()
	rig.StartServer(t, data, nil, "--source-dir", folder)
	segue := func(args ...string) string {
		t.Helper()
		code, out := rig.Ends(t, append([]string{"--data", data}, args...)...)
		require.Zero(t, code, out)
		return out
	}
	file := filepath.Join(t.TempDir(), "segue.yaml")
	require.NoError(t, os.WriteFile(file, []byte(buyersFile), 0o600))
	segue("apply", "--yes", "-f", file)
	segue("profile", "build")

	s := calculate(t, folder)
	t.Logf("%d rows are %d people; %d bought for 2,000 or more, %d subscribe, %d do both", s.rows, s.people, s.bought, s.yes, len(s.buyers))
	t.Logf("%d paid 300 or more in shops, %d have 200 points or more, %d do all four", s.paid, s.rich, len(s.everywhere))
	require.NotEmpty(t, s.everywhere)
	for name, want := range map[string]struct {
		members map[int]bool
		rules   []int
	}{"Buyers": {s.buyers, []int{s.bought, s.yes}}, "Everywhere": {s.everywhere, []int{len(s.buyers), s.paid, s.rich}}} {
		var count struct {
			Members int
			Rules   []int
		}
		require.NoError(t, json.Unmarshal([]byte(segue("segment", "count", name, "-o", "json")), &count))
		require.Equal(t, append([]int{len(want.members)}, want.rules...), append([]int{count.Members}, count.Rules...), name)
		var members struct{ Items []struct{ ID string } }
		require.NoError(t, json.Unmarshal([]byte(segue("segment", "sample", name, "--limit", "0", "-o", "json")), &members))
		got := map[int]bool{}
		for _, m := range members.Items {
			p, known := s.of[m.ID]
			require.True(t, known, "the id of a member is the key of a contact")
			got[p] = true
		}
		require.Len(t, members.Items, len(want.members), name)
		require.Equal(t, want.members, got, name)
	}
}
