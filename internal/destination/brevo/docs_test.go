package brevo

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "brevo.md"))
	require.NoError(t, err)
	var files []string
	for _, dir := range []string{".", filepath.Join("..", "..", "export"), filepath.Join("..", "..", "brevosandbox")} {
		found, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		require.NoError(t, err)
		require.NotEmpty(t, found, dir)
		files = append(files, found...)
	}
	var code strings.Builder
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		code.Write(b)
	}
	names := regexp.MustCompile("`((Test|Fuzz)\\w+)`").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(names), 30)
	for _, n := range names {
		require.Contains(t, code.String(), "func "+n[1]+"(", "docs/brevo.md names a test that does not exist")
	}
	facts, open, _ := strings.Cut(string(text), "## What only")
	require.Contains(t, open, "| Open |")
	for line := range strings.Lines(facts) {
		if row := strings.Split(line, "|"); len(row) == 5 && !strings.Contains(row[1], "---") && strings.TrimSpace(row[1]) != "Fact" {
			require.Contains(t, row[3], "`", "a fact without a test: %s", row[1])
			require.NotEmpty(t, strings.TrimSpace(row[2]), "a fact without a source: %s", row[1])
		}
	}
}
