package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/client"
	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

func TestADefinitionInAFileIsSetAgainAndAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	for _, what := range []string{"profile", "profile unify"} {
		set := append(strings.Fields(what), "set", "--file")
		show := append(strings.Fields(what), "show", "-o", "json")
		first := b.ok(append(strings.Fields(what), "suggest", "customers", "-o", "json")...)
		path := filepath.Join(t.TempDir(), "definition.json")
		require.NoError(t, os.WriteFile(path, []byte(first), 0o600))
		b.ok(append(set, path, "--build")...)
		require.Contains(t, b.fails(exitConflict, append(set, path)...), "or leave out the version in the file", "it has version 0, which moved")
		require.NoError(t, os.WriteFile(path, []byte(regexp.MustCompile(`,\s*"version": \d+`).ReplaceAllString(first, "")), 0o600))
		b.ok(append(set, path)...)
		b.ok(append(set, path)...) // as often as one likes
		shown := b.ok(show...)
		require.NoError(t, os.WriteFile(path, []byte(shown), 0o600))
		b.ok(append(set, path)...) // what is shown can be set
		got := b.fails(exitConflict, append(set, path)...)
		require.Contains(t, got, "changed meanwhile. Begin with what is there now: segue "+what+" show -o json > ", "it has a version, which is another now")
	}
}

func TestTheDefinitionOfTheManualIsUnderstood(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../../../docs/unify.md")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(manual), "```json\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "\n```")
	var in client.UnificationInput
	require.NoError(t, decodeJSON("unify.md", []byte(example), &in))
	for i, rule := range in.Rules {
		r, err := recode[activation.MatchRule](rule)
		require.NoError(t, err)
		require.NotEmpty(t, r.Conditions, i)
	}
}

func TestTablesAreUnifiedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.write(b.Files, "loyalty.csv", "card,mail,points\nk1,ana@example.com,7\n")
	b.ok("source", "add", "loyalty", "loyalty.csv", "--ingest")
	require.Contains(t, b.ok("profile", "unify", "suggest", "customers", "loyalty"), "1. Same e-mail: normalised mail\n")
	definition := b.ok("profile", "unify", "suggest", "customers", "loyalty", "-o", "json")
	path := filepath.Join(t.TempDir(), "unify.json")
	require.NoError(t, os.WriteFile(path, []byte(definition), 0o600))
	sources := map[string]activation.SourceID{}
	require.NoError(t, b.Store.View(t.Context(), func(r store.Reader) error {
		for _, name := range []string{"customers", "loyalty"} {
			src, err := r.SourceByName(t.Context(), name)
			if err != nil {
				return err
			}
			sources[name] = src.ID
		}
		return nil
	}))
	a, k := activation.RowRef{Source: sources["customers"], Key: "c1"}, activation.RowRef{Source: sources["loyalty"], Key: "k1"}
	join := warehouse.Join{A: a, B: k, Rule: "Same e-mail"}
	b.Engine.Unified.Numbers = activation.UnifyNumbers{Rows: 4, Profiles: 3, Joined: 1, Largest: 2, Tables: []activation.TableNumber{{Source: a.Source, Rows: 3, Profiles: 3, Shared: 1}},
		Rules: []activation.RuleNumber{{Name: "Same e-mail", Joins: 1}}}
	b.Engine.Unified.Clusters = []warehouse.Cluster{{Profile: "c1", Fields: []string{"mail"}, Rows: []warehouse.ClusterRow{{Row: a, Values: []string{"ana@example.com"}}, {Row: k}}, Joins: []warehouse.Join{join}}}
	b.Engine.Unified.Explained = warehouse.Explanation{
		ProfileA: "c1", ProfileB: "c1", Path: []warehouse.Join{join},
		Rules: []warehouse.RuleExplanation{{Name: "Same e-mail", Matches: true, Block: 2, Conditions: []warehouse.ConditionOutcome{{Field: "mail", Outcome: warehouse.OutcomeEqual}}}},
	}
	b.Engine.Unified.Changes = []activation.ProfileChange{{Kind: activation.ChangeMerged, Profile: "c2", Other: "c1", At: b.Clock()}}

	out := b.ok("profile", "unify", "preview", "--file", path)
	require.Contains(t, out, "Of several rows  1\n")
	require.Contains(t, out, "customers:c1 and loyalty:k1 by Same e-mail\n")
	require.NotContains(t, b.ok("profile", "unify", "preview", "--file", path, "--samples", "0"), "customers:c1 and")
	require.Contains(t, b.ok("profile", "unify", "suggest", "customers", "loyalty", "--region", "HR"), "Region of phones  HR\n")
	require.Contains(t, b.ok("profile", "unify", "set", "--file", path, "--region", "SI", "--build"), "Profiles are made from 2 tables by 1 rule.\n")
	require.Contains(t, b.ok("profile", "unify", "show"), "Same e-mail")
	require.Contains(t, b.ok("profile", "unify", "show"), "Region of phones  SI\n")
	require.Contains(t, b.ok("profile", "unify", "clusters"), "Profile c1\n")
	out = b.ok("profile", "unify", "explain", "customers:c1", "loyalty:k1")
	require.Contains(t, out, "matches")
	require.Contains(t, out, "Joined by\n  customers:c1 and loyalty:k1 by Same e-mail\n")
	require.Contains(t, b.fails(exitUsage, "profile", "unify", "explain", "customers", "loyalty:k1"), "Write a row as SOURCE:KEY")
	require.Contains(t, b.fails(exitNotFound, "profile", "unify", "explain", "customers:c1", "loyalty:nobody"), "loyalty:nobody: the table has no row with that key")
	b.ok("source", "update", "loyalty", "--rename", "cards: new")
	b.ok("profile", "unify", "never", "customers:c1", "cards: new:k::1")
	require.Contains(t, b.ok("profile", "unify", "pairs"), "cards: new:k::1 ", "names and keys may have colons")
	b.ok("profile", "unify", "forget", "customers:c1", "cards: new:k::1")
	b.ok("source", "update", "cards: new", "--rename", "loyalty")
	require.Contains(t, b.fails(exitNotFound, "profile", "unify", "explain", "customers:c1", "none:k:1"), `there is no source "none"`)

	require.Equal(t, "loyalty:k1 is never one person with 1 other row, from the next build on: segue profile build\n", b.ok("profile", "unify", "separate", "c1", "loyalty:k1"))
	require.Contains(t, b.ok("profile", "unify", "pairs"), "never")
	require.Contains(t, b.ok("profile", "unify", "always", "customers:c1", "loyalty:k1"), "are always one person")
	require.Contains(t, b.ok("profile", "unify", "never", "customers:c1", "loyalty:k1"), "are never one person")
	require.Contains(t, b.ok("profile", "unify", "forget", "customers:c1", "loyalty:k1"), "is forgotten")
	require.Equal(t, "Nothing was said of any rows.\n", b.ok("profile", "unify", "pairs"))
	require.Contains(t, b.ok("profile", "unify", "changes"), "merged")
	require.Contains(t, b.ok("profile", "unify", "preview"), "Profiles")
}
