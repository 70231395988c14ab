package path

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// contoso is where Contact.csv lies when it is there; it is not part of the tree.
var contoso = filepath.Join("..", "..", "..", "shared", "data", "contoso", "Contact.csv")

// contact is a row of Contact.csv, read by this test on its own.
type contact map[string]string

func readContacts(t *testing.T, path string) (header []string, rows []contact) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	header = all[0]
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for _, r := range all[1:] {
		c := contact{}
		for i, name := range header {
			c[name] = r[i]
		}
		rows = append(rows, c)
	}
	return header, rows
}

func writeContacts(t *testing.T, path string, header []string, rows []contact) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	w := csv.NewWriter(f)
	require.NoError(t, w.Write(header))
	for _, c := range rows {
		line := make([]string, len(header))
		for i, name := range header {
			line[i] = c[name]
		}
		require.NoError(t, w.Write(line))
	}
	w.Flush()
	require.NoError(t, w.Error())
	require.NoError(t, f.Close())
}

// chosen is what the segments mean: high tier, or a well-paid nurse or teacher of California; but nobody born before 1960.
func (c contact) chosen() bool {
	income, err := strconv.ParseFloat(c["Income"], 64)
	paid := err == nil && income >= 60_000
	job := strings.ToLower(c["Occupation"])
	in := c["Loyalty Tier"] == "high" || (c["State"] == "California" && paid && (job == "teacher" || job == "nurse"))
	born, err := time.Parse("1/2/2006", c["DateOfBirth"])
	return in && (err != nil || !born.Before(time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func (c contact) consents() bool { return c["Email Subscriber"] == "Yes" }

func (c contact) address() string { return strings.ToLower(strings.TrimSpace(c["EMail"])) }

var californians = []rig.Object{
	{"rule": rig.Object{"any": []rig.Object{
		{"field": "Loyalty Tier", "operator": "equals", "values": []string{"high"}},
		{"all": []rig.Object{
			{"field": "State", "operator": "equals", "values": []string{"california"}},
			{"field": "Income", "operator": "greater_or_equal", "values": []string{"60000"}},
			{"field": "Occupation", "operator": "one_of", "values": []string{"Teacher", "Nurse"}},
		}},
	}}},
	{"combine": "except", "rule": rig.Object{"field": "DateOfBirth", "operator": "before", "values": []string{"1960-01-01"}}},
}

// TestContosoGoesTheWholeWay takes Contact.csv from the file to a list, twice, and calculates on its own who must be
// on the list with which values, and what the receipts must say.
func TestContosoGoesTheWholeWay(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(contoso); err != nil {
		t.Skip("the folder shared/data/contoso is absent")
	}
	header, rows := readContacts(t, contoso)
	s := newStage(t)
	file := filepath.Join(s.files, "Contact.csv")
	writeContacts(t, file, header, rows)

	source := s.id(t, http.MethodPost, "/api/v1/sources", rig.Object{"name": "Contacts", "path": "Contact.csv"})
	ingested := s.Must(t, http.MethodPost, "/api/v1/sources/"+source+"/ingest", rig.Object{})["ingest"].(rig.Object)
	require.EqualValues(t, len(rows), ingested["rows"])
	require.EqualValues(t, 0, ingested["quarantined"])
	s.defineProfile(t, source)
	segment := s.id(t, http.MethodPost, "/api/v1/segments", rig.Object{"name": "Chosen", "rules": californians})
	members := 0
	for _, c := range rows {
		if c.chosen() {
			members++
		}
	}
	require.Positive(t, members)
	require.EqualValues(t, members, s.Must(t, http.MethodGet, "/api/v1/segments/"+segment+"/count", nil)["members"])

	list := s.prepareAccount(t)
	export := s.id(t, http.MethodPost, "/api/v1/exports", rig.Object{
		"name": "Chosen people", "connection_id": s.connection, "list_id": list, "segment_ids": []string{segment},
		"mapping": rig.Object{"email": "EMail", "attributes": []rig.Object{
			{"attribute": "FIRSTNAME", "field": "FirstName"}, {"attribute": "LASTNAME", "field": "LastName"}, {"attribute": "SMS", "field": "Telephone"},
			{"attribute": "BORN", "field": "DateOfBirth"}, {"attribute": "INCOME", "field": "Income"},
		}},
	})

	require.Empty(t, s.sandbox.Members(t, list), "saving an export runs nothing")
	dry := s.run(t, export, "dry_run")
	require.Equal(t, "successful", dry["status"], "%v", dry)
	require.Empty(t, s.sandbox.Members(t, list), "a dry run sends nothing")

	first := s.run(t, export, "run")
	want := onList(rows)
	require.Equal(t, map[string]int{"members": members, "added": len(want), "updated": 0, "unchanged": 0, "rejected": members - len(want),
		"duplicates": 0, "not_sent": 0, "leavers": 0}, counts(t, first, "receipt", "members", "added", "updated", "unchanged", "rejected",
		"duplicates", "not_sent", "leavers"))
	require.Equal(t, "successful_with_rejects", first["status"], "%v", first)
	s.holds(t, list, want)
	for name, n := range counts(t, dry, "plan", "members", "add", "rejected") {
		require.Equal(t, map[string]int{"members": members, "add": len(want), "rejected": members - len(want)}[name], n, "the dry run said %s", name)
	}

	before := s.writes(t)
	same := s.run(t, export, "run")
	require.Equal(t, len(want), counts(t, same, "receipt", "unchanged")["unchanged"])
	require.Equal(t, before, s.writes(t), "a run with no changes writes nothing")

	later, edited := nextDay(rows)
	writeContacts(t, file, header, later)
	s.Must(t, http.MethodPost, "/api/v1/sources/"+source+"/ingest", rig.Object{})
	s.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	second := s.run(t, export, "run")
	now := onList(later)
	added, left, updated := difference(want, now, edited)
	require.Equal(t, map[string]int{"added": added, "updated": updated, "unchanged": len(now) - added - updated, "leavers": left, "removed": left, "not_sent": 0},
		counts(t, second, "receipt", "added", "updated", "unchanged", "leavers", "removed", "not_sent"))
	require.Positive(t, added)
	require.Positive(t, left)
	require.Positive(t, updated)
	s.holds(t, list, now)
}

// defineProfile takes the suggestion and says what the columns mean.
func (s *stage) defineProfile(t *testing.T, source string) {
	t.Helper()
	def := s.Must(t, http.MethodGet, "/api/v1/profile/suggestion?source_id="+source, nil)
	meaning := map[string]string{"EMail": "email", "Telephone": "phone", "FirstName": "first_name", "LastName": "last_name", "Country": "country",
		"Email Subscriber": "consent", "DateOfBirth": "birth_date"}
	types := map[string]string{"DateOfBirth": "date", "CreatedOn": "date", "Income": "number", "Telephone": "text", "PostCode": "text", "EMail": "text"}
	var fields []any
	for _, f := range def["fields"].([]any) {
		f := f.(rig.Object)
		name := f["name"].(string)
		delete(f, "semantic")
		if m := meaning[name]; m != "" {
			f["semantic"] = m
		}
		if want := types[name]; want != "" {
			require.Equal(t, want, f["type"], "the type found for %s", name)
		}
		fields = append(fields, f)
	}
	require.Len(t, fields, 19)
	s.Must(t, http.MethodPut, "/api/v1/profile", rig.Object{"source_id": source, "key": "ContactId", "fields": fields, "version": 0})
	built := s.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})["build"].(rig.Object)
	require.EqualValues(t, 5000, built["profiles"])
}

// prepareAccount makes the attributes and the list.
func (s *stage) prepareAccount(t *testing.T) int64 {
	t.Helper()
	at := "/api/v1/connections/" + s.connection
	s.Must(t, http.MethodPost, at+"/attributes", rig.Object{"name": "BORN", "type": "date"})
	s.Must(t, http.MethodPost, at+"/attributes", rig.Object{"name": "INCOME", "type": "number"})
	return int64(s.Must(t, http.MethodPost, at+"/lists", rig.Object{"name": "Chosen"})["id"].(float64))
}

// onList calculates who must be on the list: chosen, and with consent.
func onList(rows []contact) map[string]contact {
	want := map[string]contact{}
	for _, c := range rows {
		if c.chosen() && c.consents() {
			want[c.address()] = c
		}
	}
	return want
}

// nextDay changes people: consent withdrawn, rows gone, names changed, and one in fifty promoted to the high tier.
func nextDay(rows []contact) (later []contact, edited map[string]bool) {
	edited = map[string]bool{}
	n := 0
	for i, c := range rows {
		c := contact(cloned(c))
		if c.chosen() && c.consents() {
			switch n++; n % 20 {
			case 3:
				c["Email Subscriber"] = "No"
			case 7:
				continue
			case 11, 13:
				c["LastName"] = "Changed-" + strconv.Itoa(i)
				edited[c.address()] = true
			}
		} else if i%50 == 0 {
			c["Loyalty Tier"], c["Email Subscriber"], c["DateOfBirth"] = "high", "Yes", "2/29/1980"
		}
		later = append(later, c)
	}
	return later, edited
}

func cloned(c contact) map[string]string {
	out := map[string]string{}
	for k, v := range c {
		out[k] = v
	}
	return out
}

func difference(before, now map[string]contact, edited map[string]bool) (added, left, updated int) {
	for a := range now {
		if _, was := before[a]; !was {
			added++
		} else if edited[a] {
			updated++
		}
	}
	for a := range before {
		if _, is := now[a]; !is {
			left++
		}
	}
	return added, left, updated
}

var extension = regexp.MustCompile(`x\d+$`)
var notDigit = regexp.MustCompile(`\D`)

// holds compares the list and its people with what was calculated.
func (s *stage) holds(t *testing.T, list int64, want map[string]contact) {
	t.Helper()
	var addresses []string
	for a := range want {
		addresses = append(addresses, a)
	}
	slices.Sort(addresses)
	require.Equal(t, addresses, s.sandbox.Members(t, list))
	phones := 0
	for _, c := range s.sandbox.Contacts(t) {
		source, ok := want[c.Email]
		if !ok {
			continue // somebody who left the list stays a contact of the account
		}
		require.Equal(t, source["FirstName"], c.Attributes["FIRSTNAME"])
		require.Equal(t, source["LastName"], c.Attributes["LASTNAME"])
		born, err := time.Parse("1/2/2006", source["DateOfBirth"])
		require.NoError(t, err)
		require.Equal(t, born.Format(time.DateOnly), c.Attributes["BORN"])
		income, err := strconv.ParseFloat(source["Income"], 64)
		require.NoError(t, err)
		require.InDelta(t, income, c.Attributes["INCOME"], 1e-9)
		require.False(t, c.EmailBlacklisted)
		digits := notDigit.ReplaceAllString(source["Telephone"], "")
		switch sms, _ := c.Attributes["SMS"].(string); {
		case extension.MatchString(source["Telephone"]):
			require.Empty(t, sms, "S9: a phone with an extension is withheld, not shortened")
		case sms != "":
			phones++
			require.Equal(t, "1"+digits[len(digits)-10:], sms, "the number, with the country's prefix and nothing else")
		}
	}
	require.Positive(t, phones)
}

// writes counts the calls that change something at the sandbox.
func (s *stage) writes(t *testing.T) int {
	t.Helper()
	n := 0
	counts := s.sandbox.Control(t, http.MethodGet, "requests", nil)["counts"].(rig.Object)
	for kind, v := range counts {
		if slices.Contains([]string{"import", "list_remove", "list_add", "contact_create", "contact_update", "contact_delete", "batch"}, kind) {
			n += int(v.(rig.Object)["calls"].(float64))
		}
	}
	if n == 0 {
		t.Fatal(fmt.Sprint("the first run has written, but no write is counted: ", counts))
	}
	return n
}
