package duckdb_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

const contoso = "../../../../shared/data/contoso"

// contosoFile reads a file with the standard library, for comparison.
func contosoFile(t *testing.T, name string) (path string, columns map[string]int, rows [][]string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(contoso, name))
	require.NoError(t, err)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder ../shared/data/contoso, with sample data, is not there")
	}
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	rows, err = csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	columns = map[string]int{}
	for i, n := range rows[0] {
		columns[n] = i
	}
	return path, columns, rows[1:]
}

func TestContosoIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	const iso, us = "", "%m/%d/%Y"
	for name, types := range map[string]map[string]activation.Column{
		"Contact.csv": {
			"DateOfBirth": {Type: activation.TypeDate, Format: us, Guess: activation.SemanticBirthDate}, "CreatedOn": {Type: activation.TypeDate, Format: us},
			"Telephone": {Type: activation.TypeText, Guess: activation.SemanticPhone}, "EMail": {Type: activation.TypeText, Guess: activation.SemanticEmail},
			"Email Subscriber": {Type: activation.TypeText, Guess: activation.SemanticConsent}, "Income": {Type: activation.TypeNumber},
			"Country": {Type: activation.TypeText, Guess: activation.SemanticCountry}, "FirstName": {Type: activation.TypeText, Guess: activation.SemanticFirstName},
			"LastName": {Type: activation.TypeText, Guess: activation.SemanticLastName}, "City": {Type: activation.TypeText, Guess: activation.SemanticCity},
			"ContactId": {Type: activation.TypeText}, "PostCode": {Type: activation.TypeText},
		},
		"Customer-Loyalty.csv": {
			"DateOfBirth": {Type: activation.TypeDate, Format: iso, Guess: activation.SemanticBirthDate}, "CreatedOn": {Type: activation.TypeDate, Format: iso},
			"RewardPoints": {Type: activation.TypeNumber},
		},
		"OnlinePurchases.csv": {"PurchasedOn": {Type: activation.TypeDate, Format: us}, "TotalPrice": {Type: activation.TypeNumber}},
		"POSPurchases.csv":    {"PurchasedOn": {Type: activation.TypeDate, Format: iso}, "TotalPrice": {Type: activation.TypeNumber}},
	} {
		path, columns, rows := contosoFile(t, name)
		dir := t.TempDir()
		w := open(t, dir, filepath.Dir(path), dir)
		in, err := w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: name}, Files: []warehouse.File{{Path: path, Name: filepath.Base(path)}}})
		require.NoError(t, err)
		require.EqualValues(t, []int{len(rows), 0, len(columns)}, []int{int(in.Rows), int(in.Quarantined), len(in.Columns)}, name)
		for _, c := range in.Columns {
			want, ok := types[c.Name]
			if !ok {
				continue
			}
			want.Name = c.Name
			require.Equal(t, want, c, name)
		}
		require.NoError(t, w.Close())
	}
}

func TestContosoProfilesAndSegmentsAreAsCounted(t *testing.T) {
	t.Parallel()
	path, columns, rows := contosoFile(t, "Contact.csv")
	dir := t.TempDir()
	w := open(t, dir, filepath.Dir(path), dir)
	defer func() { require.NoError(t, w.Close()) }()
	in, err := w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "Contact"}, Files: []warehouse.File{{Path: path, Name: filepath.Base(path)}}})
	require.NoError(t, err)
	def := activation.ProfileDefinition{Source: "s", Key: "ContactId", Region: "US"}
	for _, c := range in.Columns[1:] {
		def.Fields = append(def.Fields, activation.Field{Name: c.Name, Column: c.Name, Type: c.Type, Semantic: c.Guess})
	}
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b, err := w.BuildProfiles(t.Context(), def, now)
	require.NoError(t, err)
	require.EqualValues(t, len(rows), b.Profiles)

	born := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	young, yes, usable := int64(0), map[string]int{}, map[string]int{}
	phones := map[string]int64{}
	for _, r := range rows {
		if r[columns["DateOfBirth"]] != "" {
			day, err := time.Parse("1/2/2006", r[columns["DateOfBirth"]])
			require.NoError(t, err)
			if day.After(born) {
				young++
			}
		}
		if a, problem := activation.ParseEmail(r[columns["EMail"]]); problem == "" {
			usable[string(a)]++
			if r[columns["Email Subscriber"]] == "Yes" {
				yes[string(a)]++
			}
		}
		_, problem := activation.ParsePhone(r[columns["Telephone"]], "US")
		phones[string(problem)]++
	}
	segment := activation.Segment{Name: "young", Rules: []activation.SegmentRule{
		{Rule: activation.Rule{Field: "DateOfBirth", Operator: activation.OpAfter, Values: []string{"1980-01-01"}}},
		{Combine: activation.Union, Rule: activation.Rule{Field: "DateOfBirth", Operator: activation.OpNotAfter, Values: []string{"1980-01-01"}}},
	}}
	c, err := w.Count(t.Context(), warehouse.Evaluation{Segment: segment, AsOf: now})
	require.NoError(t, err)
	require.Equal(t, warehouse.Counts{Members: int64(len(rows)), Rules: []int64{young, int64(len(rows)) - young}}, c)

	consenting := int64(0)
	for a, n := range usable {
		if yes[a] == n {
			consenting++
		}
	}
	h, err := w.WriteMembers(t.Context(), warehouse.MembersRequest{
		Segments: []activation.Segment{segment}, AsOf: now, Dir: dir, Name: "run",
		Mapping: activation.Mapping{Email: "EMail", Attributes: []activation.AttributeMapping{{Attribute: "SMS", Field: "Telephone"}}},
	})
	require.NoError(t, err)
	require.Equal(t, []int64{int64(len(rows)), consenting, int64(len(usable)) - consenting}, []int64{h.Members, h.Addresses, h.Refusals})
	require.Positive(t, phones[string(activation.PhoneHasExtension)], "the sample is dirty the way real files are")
}
