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
sources: [{name: contacts, path: Contact.csv}, {name: loyalty, path: Customer-Loyalty.csv}, {name: online, path: OnlinePurchases.csv}]
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
relationships: [{name: online, from: online, keys: [{from: ContactId}]}]
segments:
  - name: Buyers
    rules:
      - rule:
          operator: greater_or_equal
          related: {path: [online], function: sum, column: TotalPrice, within: {column: PurchasedOn, operator: between, values: ["2018-01-01", "2019-12-31"]}}
          values: ["2000"]
      - combine: intersect
        rule: {field: Email Subscriber, operator: equals, values: ["yes"]}
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

// TestContosoBuyersAreAsCalculated counts on the real program, from a file that is applied, who bought online for at least 2,000 in 2018 and
// 2019 together and is an e-mail subscriber, and holds it against a calculation that shares nothing with the program.
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

	_, contacts := readContacts(t, contoso)
	_, loyalty := readContacts(t, filepath.Join(folder, "Customer-Loyalty.csv"))
	_, purchases := readContacts(t, filepath.Join(folder, "OnlinePurchases.csv"))
	person := people(contacts, loyalty)
	of, total, subscribes, all := map[string]int{}, map[int]float64{}, map[int]bool{}, map[int]bool{}
	for i, c := range contacts {
		p := person[0][i]
		_, known := subscribes[p]
		of[c["ContactId"]] = p
		subscribes[p] = c.consents() && (!known || subscribes[p])
	}
	for _, x := range purchases {
		day, err := time.Parse("1/2/2006", x["PurchasedOn"])
		require.NoError(t, err)
		if p, known := of[x["ContactId"]]; known && (day.Year() == 2018 || day.Year() == 2019) {
			price, err := strconv.ParseFloat(x["TotalPrice"], 64)
			require.NoError(t, err)
			total[p] += price
		}
	}
	for _, p := range slices.Concat(person...) {
		all[p] = true
	}
	want, bought, yes := map[int]bool{}, 0, 0
	for p := range all {
		if total[p] >= 2000 {
			bought++
		}
		if subscribes[p] {
			yes++
		}
		if total[p] >= 2000 && subscribes[p] {
			want[p] = true
		}
	}
	t.Logf("%d rows are %d people; %d bought for 2,000 or more, %d subscribe, %d do both", len(contacts)+len(loyalty), len(all), bought, yes, len(want))
	require.NotEmpty(t, want)

	var count struct {
		Members int
		Rules   []int
	}
	require.NoError(t, json.Unmarshal([]byte(segue("segment", "count", "Buyers", "-o", "json")), &count))
	require.Equal(t, []int{len(want), bought, yes}, append([]int{count.Members}, count.Rules...))
	var members struct{ Items []struct{ ID string } }
	require.NoError(t, json.Unmarshal([]byte(segue("segment", "sample", "Buyers", "--limit", "0", "-o", "json")), &members))
	got := map[int]bool{}
	for _, m := range members.Items {
		p, known := of[m.ID]
		require.True(t, known, "the id of a member is the key of a contact")
		got[p] = true
	}
	require.Len(t, members.Items, len(want))
	require.Equal(t, want, got)
}
