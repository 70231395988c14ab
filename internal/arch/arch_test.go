package arch

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// top is the folder of the module, seen from this package.
const top = "../.."

// suites are packages of tests that adapters pass.
var suites = []string{
	"internal/destination/destinationtest", "internal/jobs/jobstest", "internal/ledger/ledgertest", "internal/secret/secrettest", "internal/store/storetest", "internal/warehouse/warehousetest",
}

func realTree(t *testing.T) *Tree {
	t.Helper()
	tree, err := Load(os.DirFS(top))
	require.NoError(t, err)
	require.Greater(t, len(tree.Packages), 20, "the tree was not found")
	return tree
}

func document(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(top, name))
	require.NoError(t, err)
	return string(b)
}

// realFiles are the files of the project: those that git has or would take; where there is no git, all but what a build leaves.
func realFiles(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = top
	out, err := cmd.Output()
	var list []string
	if err == nil {
		for name := range strings.Lines(string(out)) {
			name = strings.TrimSuffix(name, "\n")
			if info, err := os.Stat(filepath.Join(top, name)); err == nil && info.Mode().IsRegular() {
				list = append(list, name)
			}
		}
		return list
	}
	require.NoError(t, walk(os.DirFS(top), func(name string) error {
		if first, _, _ := strings.Cut(name, "/"); first != "bin" && first != "data" && first != "demo-data" {
			list = append(list, name)
		}
		return nil
	}))
	return list
}

func none(t *testing.T, found []Finding) {
	t.Helper()
	for _, f := range found {
		t.Error(f)
	}
}

func TestImportsFollowTheTableOfLayers(t *testing.T) {
	t.Parallel()
	layers, err := ParseLayers(document(t, "ARCHITECTURE.md"))
	require.NoError(t, err)
	none(t, layers.Check(realTree(t)))
}

func TestPackagesHaveTheShapeWeHoldOurselvesTo(t *testing.T) {
	t.Parallel()
	none(t, Shape{
		Clock:   []string{"internal/app", "cmd"},
		Print:   []string{"cmd"},
		Fixture: append([]string{"e2e", "internal/newfile", "internal/database/databasetest"}, suites...),
	}.Check(realTree(t)))
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	none(t, Sizes{Median: 150, P95: 500, Most: 800}.Check(realTree(t)))
}

func TestNoFileHoldsWhatMustNotLeaveAMachine(t *testing.T) {
	t.Parallel()
	found, err := Forbidden().Check(os.DirFS(top), realFiles(t))
	require.NoError(t, err)
	none(t, found)
}

func TestDocumentsNameThingsThatExist(t *testing.T) {
	t.Parallel()
	files := realFiles(t)
	found, err := Links(os.DirFS(top), files)
	require.NoError(t, err)
	none(t, found)
	folders := []string{"cmd", "client", "internal", "e2e", "docs", "scripts", ".ci"}
	for _, name := range []string{"ARCHITECTURE.md", "docs/glossary.md", "docs/semantics.md"} {
		found, err := Paths(os.DirFS(top), name, folders)
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is missing", name)
			continue
		}
		require.NoError(t, err)
		none(t, found)
	}
}

func TestScriptsCanBeRun(t *testing.T) {
	t.Parallel()
	for _, name := range realFiles(t) {
		if !strings.HasPrefix(name, "scripts/") && !strings.HasPrefix(name, ".ci/") || strings.Contains(filepath.Base(name), ".") {
			continue
		}
		info, err := os.Stat(filepath.Join(top, name))
		require.NoError(t, err)
		require.NotZero(t, info.Mode().Perm()&0o100, "%s is not executable", name)
		b, err := os.ReadFile(filepath.Join(top, name))
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(b, []byte("#!/usr/bin/env bash\n")), "%s does not say what runs it", name)
		require.Contains(t, string(b), "\nset -euo pipefail\n", "%s goes on after failures", name)
	}
}

func TestTheStatesOfARunAreAsDrawn(t *testing.T) {
	t.Parallel()
	drawn := map[string][]string{}
	for _, row := range table(document(t, "ARCHITECTURE.md"), "From", "May become") {
		drawn[plain(row[0])] = quoted(row[1])
	}
	statuses := []activation.RunStatus{
		activation.StatusNotStarted, activation.StatusQueued, activation.StatusRunning, activation.StatusWaiting, activation.StatusHeld,
		activation.StatusSuccessful, activation.StatusWithRejects, activation.StatusRetrying, activation.StatusFailed, activation.StatusCanceled,
		activation.StatusSkipped, activation.StatusNoConnection, activation.StatusNeedsExportUser,
	}
	for _, from := range statuses {
		for _, to := range statuses {
			if from != to {
				require.Equal(t, from.CanBecome(to), slices.Contains(drawn[string(from)], string(to)), "%s -> %s", from, to)
			}
		}
	}
}

// update is asked for by scripts/verify: go test ./internal/arch -run Semantics -update
var update = flag.Bool("update", false, "write the names of tests into docs/semantics.md")

func TestSemanticsNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	const name = "docs/semantics.md"
	tests := RuleTests(realTree(t), suites)
	text := document(t, name)
	if *update {
		text = UpdateRules(text, tests)
		require.NoError(t, os.WriteFile(filepath.Join(top, name), []byte(text), 0o644))
	}
	none(t, CheckRules(text, tests))
}
