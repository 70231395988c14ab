package duckdb_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// person is a row of either file of the sample, as the independent calculation sees it.
type person struct{ source, key, email, phone, first, last, points, subscriber string }

// winkler is the Jaro-Winkler similarity by its definition, byte by byte.
func winkler(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	taken, inA, from := make([]bool, len(b)), []byte{}, max(len(a), len(b))/2-1
	for i := range len(a) {
		for j := max(0, i-from); j <= min(len(b)-1, i+from); j++ {
			if !taken[j] && a[i] == b[j] {
				taken[j] = true
				inA = append(inA, a[i])
				break
			}
		}
	}
	m, swaps, n := float64(len(inA)), 0, 0
	if m == 0 {
		return 0
	}
	for j, t := range taken {
		if t {
			if inA[n] != b[j] {
				swaps++
			}
			n++
		}
	}
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swaps/2))/m) / 3
	for i := 0; jaro > 0.7 && i < min(4, len(a), len(b)) && a[i] == b[i]; i++ {
		if i == min(3, len(a)-1, len(b)-1) || a[i+1] != b[i+1] {
			return jaro + float64(i+1)*0.1*(1-jaro)
		}
	}
	return jaro
}

// plainName is a name of the sample, which is ASCII, in lower case without punctuation, words in order.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\'' || r == '.':
			return -1
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return ' '
	}, strings.ToLower(s))
	words := strings.Fields(s)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// components joins what matches, by e-mail if that is asked for and by phone and name, and tells which group each row is in.
func components(rows []person, byEmail bool) map[[2]string]int {
	group := make([]int, len(rows))
	members := map[int][]int{}
	for i := range rows {
		group[i], members[i] = i, []int{i}
	}
	join := func(a, b int) {
		if a, b = group[a], group[b]; a != b {
			for _, m := range members[b] {
				group[m] = a
			}
			members[a] = append(members[a], members[b]...)
			delete(members, b)
		}
	}
	emails, phones := map[string][]int{}, map[string][]int{}
	for i, r := range rows {
		if r.email != "" && byEmail {
			emails[r.email] = append(emails[r.email], i)
		}
		if r.phone != "" {
			phones[r.phone] = append(phones[r.phone], i)
		}
	}
	for _, list := range emails {
		if len(list) <= activation.DefaultMaxBlock {
			for _, i := range list[1:] {
				join(list[0], i)
			}
		}
	}
	for _, list := range phones {
		if len(list) > activation.DefaultMaxBlock {
			continue
		}
		for n, i := range list {
			for _, j := range list[n+1:] {
				if winkler(rows[i].last, rows[j].last) >= 0.9 && winkler(rows[i].first, rows[j].first) >= 0.8 {
					join(i, j)
				}
			}
		}
	}
	out := map[[2]string]int{}
	for i, r := range rows {
		out[[2]string{r.source, r.key}] = group[i]
	}
	return out
}

// contosoTables takes Contact.csv and Customer-Loyalty.csv over; the definition matches them by exact e-mail, then by phone and similar names.
func contosoTables(t *testing.T) (w *duckdb.Warehouse, rows []person, def activation.ProfileDefinition) {
	t.Helper()
	dir := t.TempDir()
	folder, err := filepath.Abs(contoso)
	require.NoError(t, err)
	w, err = duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{folder, dir}, Threads: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	for _, f := range []struct{ source, name, key string }{{"contact", "Contact.csv", "ContactId"}, {"loyalty", "Customer-Loyalty.csv", "LoyaltyId"}} {
		columns, lines := contosoTable(t, w, f.source, f.name)
		for _, l := range lines {
			p := person{source: f.source, key: strings.TrimSpace(l[columns[f.key]]), email: strings.TrimSpace(l[columns["EMail"]]), first: plainName(l[columns["FirstName"]]), last: plainName(l[columns["LastName"]])}
			phone, _ := activation.ParsePhone(l[columns["Telephone"]], "US")
			p.phone = string(phone)
			if i, ok := columns["RewardPoints"]; ok {
				p.points = strings.TrimSpace(l[i])
			}
			if i, ok := columns["Email Subscriber"]; ok {
				p.subscriber = strings.TrimSpace(l[i])
			}
			rows = append(rows, p)
		}
	}
	text := func(name string, means activation.SemanticType) activation.Field {
		return activation.Field{Name: name, Column: name, Type: activation.TypeText, Semantic: means}
	}
	return w, rows, activation.ProfileDefinition{
		Source: "contact", Key: "ContactId", Region: "US", Fields: []activation.Field{
			text("EMail", activation.SemanticEmail), text("Telephone", activation.SemanticPhone), text("FirstName", activation.SemanticFirstName),
			text("LastName", activation.SemanticLastName), {Name: "RewardPoints", Type: activation.TypeNumber}, text("Email Subscriber", activation.SemanticConsent),
		},
		Unify: &activation.Unification{
			Origin: activation.Origin{Source: "contact", Key: "ContactId"},
			Tables: []activation.UnifyTable{{Source: "loyalty", Key: "LoyaltyId", Columns: map[string]string{
				"EMail": "EMail", "Telephone": "Telephone", "FirstName": "FirstName", "LastName": "LastName", "RewardPoints": "RewardPoints",
			}}},
			Rules: []activation.MatchRule{
				{Name: "e-mail", Conditions: []activation.MatchCondition{{Field: "EMail", Kind: activation.MatchExact}}},
				{Name: "phone and name", Conditions: []activation.MatchCondition{
					{Field: "Telephone", Kind: activation.MatchNormalised}, {Field: "LastName", Kind: activation.MatchSimilar, Similarity: 0.9},
					{Field: "FirstName", Kind: activation.MatchSimilar, Similarity: 0.8},
				}},
			},
		},
	}
}

var contosoNow = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// contosoTable takes a file over, and reads it with the standard library as well.
func contosoTable(t *testing.T, w *duckdb.Warehouse, source, name string) (columns map[string]int, lines [][]string) {
	t.Helper()
	path, columns, lines := contosoFile(t, name)
	_, err := w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: activation.SourceID(source), Name: source}, Files: []warehouse.File{{Path: path, Name: name}}, At: contosoNow})
	require.NoError(t, err)
	return columns, lines
}

// TestContosoIsUnifiedAsCalculatedByHand holds Contact.csv and Customer-Loyalty.csv against a calculation in plain Go that shares nothing with the
// warehouse but how addresses and phones are read.
func TestContosoIsUnifiedAsCalculatedByHand(t *testing.T) {
	t.Parallel()
	w, rows, def := contosoTables(t)
	for i, byEmail := range []bool{true, false} {
		only := def
		rules := *def.Unify
		if !byEmail {
			rules.Rules = rules.Rules[1:]
		}
		only.Unify = &rules
		u, err := w.Unify(t.Context(), warehouse.UnifyRequest{Definition: only, At: contosoNow.AddDate(i, 0, 1)})
		require.NoError(t, err)
		holdUnified(t, w, rows, components(rows, byEmail), u)
	}
}

// TestContosoBuyersAreAsCalculatedByHand counts who bought online for at least 2,000 in 2018 and 2019 together and is an e-mail subscriber. What
// contacts who are one person bought counts together, and one of them who has unsubscribed has for all (S6).
func TestContosoBuyersAreAsCalculatedByHand(t *testing.T) {
	t.Parallel()
	w, rows, def := contosoTables(t)
	columns, purchases := contosoTable(t, w, "online", "OnlinePurchases.csv")
	_, err := w.Unify(t.Context(), warehouse.UnifyRequest{Definition: def, At: contosoNow})
	require.NoError(t, err)
	within := func(first, last string) activation.Related {
		return activation.Related{
			Path: []string{"online"}, Function: activation.FuncSum, Column: "TotalPrice",
			Within: &activation.Window{Column: "PurchasedOn", Operator: activation.OpBetween, Values: []string{first, last}},
		}
	}
	spent := within("2018-01-01", "2019-12-31")
	rules := []activation.SegmentRule{
		{Rule: activation.Rule{Related: &spent, Operator: activation.OpGreaterOrEqual, Values: []string{"2000"}}},
		{Combine: activation.Intersect, Rule: activation.Rule{Field: "Email Subscriber", Operator: activation.OpEquals, Values: []string{"yes"}}},
	}
	count, err := w.Count(t.Context(), warehouse.Evaluation{
		Segment: activation.Segment{Name: "buyers", Rules: rules}, AsOf: contosoNow,
		Scope: activation.Scope{Relationships: []activation.Relationship{{Name: "online", From: "online", Keys: []activation.KeyPair{{From: "ContactId"}}}}},
	})
	require.NoError(t, err)

	group := components(rows, true)
	said := map[int][]string{}
	for _, r := range rows {
		if r.subscriber != "" {
			g := group[[2]string{r.source, r.key}]
			said[g] = append(said[g], r.subscriber)
		}
	}
	total := map[int]float64{}
	for _, l := range purchases {
		day, err := time.Parse("1/2/2006", l[columns["PurchasedOn"]])
		require.NoError(t, err)
		g, known := group[[2]string{"contact", l[columns["ContactId"]]}]
		if !known || day.Year() != 2018 && day.Year() != 2019 {
			continue
		}
		price, err := strconv.ParseFloat(l[columns["TotalPrice"]], 64)
		require.NoError(t, err)
		total[g] += price
	}
	var bought, subscribers, both int64
	groups := map[int]bool{}
	for _, g := range group {
		groups[g] = true
	}
	for g := range groups {
		yes := slices.Contains(said[g], "Yes") && !slices.ContainsFunc(said[g], func(s string) bool { return s != "Yes" })
		if total[g] >= 2000 {
			bought++
		}
		if yes {
			subscribers++
		}
		if yes && total[g] >= 2000 {
			both++
		}
	}
	t.Logf("%d rows are %d people; %d bought for 2,000 or more, %d subscribe, %d do both", len(rows), len(groups), bought, subscribers, both)
	require.Equal(t, warehouse.Counts{Members: both, Rules: []int64{bought, subscribers}}, count)
	require.Positive(t, both)
}

// holdUnified holds what was built against the groups that were calculated.
func holdUnified(t *testing.T, w *duckdb.Warehouse, rows []person, want map[[2]string]int, u warehouse.Unified) {
	t.Helper()
	groups := map[int][]person{}
	for _, r := range rows {
		g := want[[2]string{r.source, r.key}]
		groups[g] = append(groups[g], r)
	}
	n := u.Build.Unified
	require.Equal(t, []int64{int64(len(rows)), int64(len(groups))}, []int64{n.Rows, n.Profiles})
	several := 0
	for _, g := range groups {
		slices.SortFunc(g, func(a, b person) int { return strings.Compare(a.source+"\x00"+a.key, b.source+"\x00"+b.key) })
		if len(g) > 1 {
			several++
		}
	}
	require.EqualValues(t, several, n.Joined)
	all, err := w.Profiles(t.Context(), "", "", 20_000)
	require.NoError(t, err)
	merged := map[string]string{}
	for _, p := range all {
		merged[p.ID] = p.Values[4]
	}
	require.Len(t, merged, len(groups))
	got := 0
	for after := ""; ; {
		list, err := w.Clusters(t.Context(), warehouse.ClusterQuery{After: after, Limit: 500})
		require.NoError(t, err)
		if len(list) == 0 {
			break
		}
		for _, c := range list {
			got++
			g := groups[want[[2]string{string(c.Rows[0].Row.Source), c.Rows[0].Row.Key}]]
			require.Len(t, c.Rows, len(g))
			points := ""
			for i, r := range c.Rows {
				require.Equal(t, []string{g[i].source, g[i].key}, []string{string(r.Row.Source), r.Row.Key})
				if points == "" {
					points = g[i].points
				}
			}
			require.True(t, slices.ContainsFunc(g, func(p person) bool { return p.key == c.Profile }), "the id is the key of a contact in it: %s", c.Profile)
			require.Equal(t, points, merged[c.Profile])
			after = c.Profile
		}
	}
	require.Equal(t, several, got)
	t.Logf("%d rows, %d profiles, %d of several rows; rules %+v", n.Rows, n.Profiles, n.Joined, n.Rules)
}
