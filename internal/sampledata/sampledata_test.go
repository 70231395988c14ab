package sampledata_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/sampledata"
)

const (
	colID = iota
	colFirst
	colLast
	colEmail
	colPhone
	colCountry
	colCity
	colLanguage
	colBirth
	colJoined
	colBought
	colTier
	colPoints
	colValue
	colConsent
	colUpdated
	columns
)

var asOf = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)

func config(customers int) sampledata.Config {
	return sampledata.Config{Seed: 7, Customers: customers, AsOf: asOf}
}

// population is a file as a stranger reads it.
type population struct {
	text  string
	rows  [][]string
	stats sampledata.Stats
}

func write(t *testing.T, config sampledata.Config, changes ...sampledata.Change) population {
	t.Helper()
	var out bytes.Buffer
	stats, err := sampledata.WriteChangedCSV(&out, config, changes...)
	require.NoError(t, err)
	reader := csv.NewReader(strings.NewReader(out.String()))
	records, err := reader.ReadAll()
	require.NoError(t, err)
	require.Equal(t, "customer_id first_name last_name email phone country city language birth_date joined_on last_purchase_on loyalty_tier points lifetime_value newsletter_consent updated_at",
		strings.Join(records[0], " "))
	require.Len(t, records[1:], stats.Rows)
	return population{text: out.String(), rows: records[1:], stats: stats}
}

func TestTheSameConfigGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	change := sampledata.Change{Seed: 3, Percent: 5}
	first, changed := write(t, config(3000)), write(t, config(3000), change)
	require.Equal(t, first, write(t, config(3000)))
	require.Equal(t, changed, write(t, config(3000), change))
	require.NotEqual(t, write(t, config(3000)).text, write(t, sampledata.Config{Seed: 8, Customers: 3000, AsOf: asOf}).text)

	small, large := write(t, config(1000)).text, write(t, config(3000)).text
	require.True(t, strings.HasPrefix(large, small), "a larger population begins with the smaller one")

	var out bytes.Buffer
	stats, err := sampledata.WriteCSV(&out, config(3000))
	require.NoError(t, err)
	require.Equal(t, first.text, out.String())
	require.Equal(t, first.stats, stats)
}

func TestSharesOfDirtAreAsStated(t *testing.T) {
	t.Parallel()
	made := write(t, config(50_000)).stats
	require.Equal(t, 50_000, made.Rows)
	for name, tc := range map[string]struct {
		got     int
		percent float64
	}{
		"missing e-mails":       {made.MissingEmails, 1},
		"broken e-mails":        {made.BrokenEmails, 3},
		"duplicate addresses":   {made.DuplicateAddresses, 2},
		"missing phones":        {made.MissingPhones, 7},
		"malformed phones":      {made.MalformedPhones, 4},
		"phones with extension": {made.PhonesWithExtension, 4.0 / 3},
		"shared phones":         {made.SharedPhones, 2},
		"missing consent":       {made.MissingConsent, 8},
		"no consent":            {made.NoConsent, 12},
		"empty names":           {made.EmptyNames, 1.5},
		"odd values":            {made.OddValues, 1},
	} {
		require.InDelta(t, tc.percent, 100*float64(tc.got)/float64(made.Rows), 0.15*tc.percent+0.1, name)
	}
	require.Zero(t, made.Edited+made.Left()+made.Joined+made.EmailsChanged+made.PhonesChanged)
}

// TestStatsAgreeWithWhatTheProductSees reads the file with the product's own rules, which know nothing of how it was made.
func TestStatsAgreeWithWhatTheProductSees(t *testing.T) {
	t.Parallel()
	made := write(t, config(15_000))
	problems := map[string]int{}
	addresses, phones := map[string]int{}, map[string]int{}
	var seen sampledata.Stats
	for _, row := range made.rows {
		email, problem := activation.ParseEmail(row[colEmail])
		switch problem {
		case "":
			addresses[email.String()]++
		case activation.EmailMissing:
			seen.MissingEmails++
		default:
			seen.BrokenEmails++
			problems[string(problem)]++
		}
		phone, phoneProblem := activation.ParsePhone(row[colPhone], row[colCountry])
		switch phoneProblem {
		case "":
			phones[phone.String()]++
		case activation.PhoneMissing:
			seen.MissingPhones++
		case activation.PhoneHasExtension:
			seen.PhonesWithExtension++
			seen.MalformedPhones++
		default:
			seen.MalformedPhones++
		}
		switch activation.ParseConsent(row[colConsent]) {
		case activation.ConsentUnknown:
			seen.MissingConsent++
		case activation.ConsentWithdrawn:
			seen.NoConsent++
		}
		if row[colFirst] == "" {
			seen.EmptyNames++
		}
		if strings.ContainsAny(row[colFirst]+row[colLast]+row[colCity], "\";,\n😀\u00a0\t") || strings.HasPrefix(row[colFirst], " ") {
			seen.OddValues++
		}
	}
	seen.Rows = len(made.rows)
	seen.DuplicateAddresses = repeated(addresses)
	seen.SharedPhones = repeated(phones)
	require.Equal(t, made.stats, seen)
	require.GreaterOrEqual(t, len(problems), 8, "kinds of broken addresses: %v", problems)
}

// repeated counts the rows beyond the first of each value.
func repeated(values map[string]int) int {
	total := 0
	for _, count := range values {
		total += count - 1
	}
	return total
}

func TestNobodyCanBeMailed(t *testing.T) {
	t.Parallel()
	reserved := func(domain string) bool {
		for _, name := range []string{"example.com", "example.org", "example.net", "example"} {
			if domain == name || strings.HasSuffix(domain, "."+name) {
				return true
			}
		}
		return false
	}
	international, spelled := 0, 0
	for _, row := range write(t, config(30_000), sampledata.Change{Percent: 50}).rows {
		for part := range strings.SplitAfterSeq(row[colEmail], "@") {
			host := strings.TrimRight(strings.ToLower(part), " ;>@")
			host, _, _ = strings.Cut(host, ",") // "example,com" and two addresses in one field
			if host == "" || !strings.Contains(row[colEmail], "@"+part) {
				continue
			}
			require.True(t, reserved(host) || host == "[192.0.2.7]", "row %s: host %s", row[colID], host)
		}
		if email, problem := activation.ParseEmail(row[colEmail]); problem == "" {
			_, domain, _ := strings.Cut(email.String(), "@")
			require.True(t, reserved(domain), domain)
			if strings.Contains(domain, "xn--") {
				international++
			}
			if email.String() != row[colEmail] {
				spelled++
			}
		}
	}
	require.Positive(t, international, "some addresses have an international domain")
	require.Positive(t, spelled, "some addresses need normalising")
}

func TestValuesAreBelievable(t *testing.T) {
	t.Parallel()
	today := asOf.Format(time.DateOnly)
	languages, tiers, accents, missingBirth, missingBought := map[string]int{}, map[string]int{}, 0, 0, 0
	ids := map[string]bool{}
	for _, row := range write(t, config(20_000)).rows {
		require.Len(t, row, columns)
		require.Regexp(t, `^C\d{8}$`, row[colID])
		require.False(t, ids[row[colID]])
		ids[row[colID]] = true
		languages[row[colLanguage]]++
		tiers[row[colTier]]++
		joined, updated := row[colJoined], row[colUpdated]
		for _, date := range []string{joined, row[colBirth], row[colBought]} {
			if date != "" {
				_, err := time.Parse(time.DateOnly, date)
				require.NoError(t, err)
				require.Less(t, date, today)
			}
		}
		at, err := time.Parse(time.RFC3339, updated)
		require.NoError(t, err)
		require.True(t, at.Before(asOf.Add(time.Second)))
		if row[colBirth] == "" {
			missingBirth++
		} else {
			require.Less(t, row[colBirth], "2008-12", "of age")
		}
		value, err := strconv.ParseFloat(row[colValue], 64)
		require.NoError(t, err)
		if row[colBought] == "" {
			missingBought++
			require.Zero(t, value)
		} else {
			require.GreaterOrEqual(t, row[colBought], joined, "nobody buys before joining")
			require.GreaterOrEqual(t, updated[:10], row[colBought], "a purchase is an update")
		}
		_, err = strconv.Atoi(row[colPoints])
		require.NoError(t, err)
		if strings.ContainsFunc(row[colFirst]+row[colLast], func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) }) {
			accents++
		}
	}
	require.Len(t, languages, 4)
	require.Len(t, tiers, 5)
	require.Greater(t, accents, 8000, "names keep their diacritics")
	require.InDelta(t, 1000, missingBirth, 200)
	require.InDelta(t, 2000, missingBought, 300)
}

func TestRefusesPopulationsThatItCannotMake(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		config sampledata.Config
		change sampledata.Change
	}{
		"negative":         {sampledata.Config{Customers: -1}, sampledata.Change{}},
		"too many":         {sampledata.Config{Customers: sampledata.MaxCustomers + 1}, sampledata.Change{}},
		"odd year":         {sampledata.Config{Customers: 1, AsOf: time.Date(12, 1, 1, 0, 0, 0, 0, time.UTC)}, sampledata.Change{}},
		"percent":          {sampledata.Config{Customers: 1}, sampledata.Change{Percent: 101}},
		"negative percent": {sampledata.Config{Customers: 1}, sampledata.Change{Percent: -1}},
		"negative part":    {sampledata.Config{Customers: 1}, sampledata.Change{Edits: -1}},
		"joining too many": {sampledata.Config{Customers: sampledata.MaxCustomers}, sampledata.Change{Percent: 1, Joins: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sampledata.WriteChangedCSV(io.Discard, tc.config, tc.change)
			require.ErrorIs(t, err, sampledata.ErrConfig)
		})
	}
	empty := write(t, sampledata.Config{})
	require.Empty(t, empty.rows, "nobody is a population too: a header and no rows")
}

var errFull = errors.New("disk full")

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestPassesOnTheErrorOfTheWriter(t *testing.T) {
	t.Parallel()
	for _, room := range []int{0, 100_000} {
		_, err := sampledata.WriteCSV(&fullDisk{room: room}, config(5000))
		require.ErrorIs(t, err, errFull)
	}
}

func BenchmarkWriteCSV(b *testing.B) {
	const customers = 100_000
	for b.Loop() {
		if _, err := sampledata.WriteCSV(io.Discard, config(customers)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*customers/b.Elapsed().Seconds(), "rows/s")
}
