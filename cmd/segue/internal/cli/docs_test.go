package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// typed finds command lines: in code, up to a comment, a pipe, or what stands for more.
var typed = regexp.MustCompile("(?m)(?:^|[`(;] ?|^[A-Z_]+=\\S+ )(?:bin/)?segue ([^`#|;&\\n]*)")

// TestDocumentsNameCommandsThatThereAre holds every command line of the documents against the grammar.
func TestDocumentsNameCommandsThatThereAre(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "..")
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	seen := 0
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		joined := strings.ReplaceAll(string(text), "\\\n", " ")
		for _, line := range code(joined) {
			for _, m := range typed.FindAllStringSubmatch(line, -1) {
				seen++
				if wrong := misnamed(grammar(t).Node, strings.Fields(m[1])); wrong != "" {
					t.Errorf("%s: segue %s: %s", filepath.Base(file), strings.TrimSpace(m[1]), wrong)
				}
			}
		}
	}
	require.Greater(t, seen, 50)
}

// code is what stands in back quotes and in fences.
func code(text string) (list []string) {
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		for j, span := range strings.Split(part, "`") {
			if j%2 == 1 {
				list = append(list, span)
			}
		}
	}
	return list
}

// misnamed tells what of a command line there is not.
func misnamed(node *kong.Node, words []string) string {
	for _, word := range words {
		word = strings.TrimRight(word, ".,:)")
		if name, is := strings.CutPrefix(word, "--"); is {
			name, _, _ = strings.Cut(name, "=")
			if !slices.ContainsFunc(slices.Concat(node.AllFlags(false)...), func(f *kong.Flag) bool { return f.Name == name }) {
				return "there is no flag --" + name
			}
			continue
		}
		if len(node.Children) == 0 || word == "..." {
			continue
		}
		at := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == word })
		if at < 0 {
			return "there is no command " + word
		}
		node = node.Children[at]
	}
	if len(node.Children) > 0 && node.DefaultCmd == nil && len(words) > 0 && words[len(words)-1] != "..." {
		return "a command is missing"
	}
	return ""
}
