package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"segue/cmd/segue/internal/where"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func TestManualIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("..", "..", "..", "..", "docs", "cli.md")
	got := manual(t)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Fatalf("docs/cli.md is not what the code says (-committed +code); run go test ./cmd/segue/... -update:\n%s", diff)
	}
}

func TestConfigurationDocumentNamesEveryFlagOfTheServer(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "config.md"))
	require.NoError(t, err)
	for _, node := range grammar(t).Children {
		if node.Name != "serve" {
			continue
		}
		for _, f := range node.Flags {
			require.Contains(t, string(doc), "`--"+f.Name+"`", "docs/config.md describes it")
			if f.HasDefault && f.Default != "" {
				require.Contains(t, string(doc), "`"+f.Default+"`", "docs/config.md states its default")
			}
		}
		return
	}
	t.Fatal("there is no segue serve")
}

// grammar is the model of the command line.
func grammar(t *testing.T) *kong.Application {
	t.Helper()
	k, _, err := parser(Config{})
	require.NoError(t, err)
	return k.Model
}

// manual writes the document of the command line from its grammar.
func manual(t *testing.T) string {
	t.Helper()
	m := grammar(t)
	var b strings.Builder
	b.WriteString("# The command line\n\n" +
		"Made from the code by `go test ./cmd/segue/internal/cli -update`; do not edit.\n\n" +
		"`segue` speaks to a server over its API. It finds it by `--server` and `--token`, by `SEGUE_SERVER` and `SEGUE_TOKEN`, or by the files\n" +
		"`address` and `token` in the data folder. Things are named by their name or their id. API keys are never arguments: they come from\n" +
		"`--api-key-file`, from `SEGUE_API_KEY`, or are asked for.\n\n## Exit codes\n\n| code | meaning | of errors |\n|---|---|---|\n")
	for _, e := range exits() {
		var codes []string
		for _, c := range e.codes {
			codes = append(codes, "`"+string(c)+"`")
		}
		fmt.Fprintf(&b, "| %d | %s | %s |\n", e.exit, e.meaning, strings.Join(codes, " "))
	}
	b.WriteString("\n## Flags of every command\n\n")
	writeFlags(&b, m.Flags)
	b.WriteString("## Rules\n\n" + where.Help + "\n")
	for _, n := range m.Children {
		if !n.Hidden {
			writeCommand(&b, n, 2)
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func writeCommand(b *strings.Builder, n *kong.Node, level int) {
	fmt.Fprintf(b, "%s %s\n\n%s\n\n", strings.Repeat("#", level), n.FullPath(), n.Help)
	if n.Leaf() {
		usage := n.FullPath()
		for _, p := range n.Positional {
			usage += " " + p.Summary()
		}
		fmt.Fprintf(b, "    %s [flags]\n\n", usage)
		if n.Detail != "" {
			b.WriteString("```\n" + n.Detail + "\n```\n\n")
		}
		if len(n.Positional)+len(n.Flags) > 0 {
			b.WriteString("| | |\n|---|---|\n")
			for _, p := range n.Positional {
				fmt.Fprintf(b, "| `%s` | %s |\n", p.Summary(), p.Help)
			}
			writeFlagRows(b, n.Flags)
			b.WriteString("\n")
		}
	}
	for _, c := range n.Children {
		if !c.Hidden {
			writeCommand(b, c, level+1)
		}
	}
}

func writeFlags(b *strings.Builder, flags []*kong.Flag) {
	b.WriteString("| | |\n|---|---|\n")
	writeFlagRows(b, flags)
	b.WriteString("\n")
}

func writeFlagRows(b *strings.Builder, flags []*kong.Flag) {
	for _, f := range flags {
		if f.Name == "help" {
			continue
		}
		name := "--" + f.Name
		if f.Short != 0 {
			name = fmt.Sprintf("-%c, %s", f.Short, name)
		}
		if !f.IsBool() {
			name += "=" + f.FormatPlaceHolder()
		}
		help := strings.ReplaceAll(f.Help, "|", `\|`)
		if f.Required {
			help += " Required" + instead(f, flags) + "."
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, help)
	}
}

// instead names the flags of which one can stand in f's place.
func instead(f *kong.Flag, all []*kong.Flag) string {
	var others []string
	for _, x := range all {
		if x != f && slices.ContainsFunc(x.Xor, func(group string) bool { return slices.Contains(f.Xor, group) }) {
			others = append(others, "`--"+x.Name+"`")
		}
	}
	if len(others) == 0 {
		return ""
	}
	return " unless " + strings.Join(others, " or ") + " is given"
}

func TestEveryCommandAndFlagIsExplained(t *testing.T) {
	t.Parallel()
	var check func(n *kong.Node)
	check = func(n *kong.Node) {
		for _, v := range n.Positional {
			if n.Hidden {
				continue
			}
			require.True(t, strings.HasSuffix(v.Help, "."), "%s %s: %q is no sentence", n.FullPath(), v.Name, v.Help)
		}
		for _, f := range n.Flags {
			require.True(t, strings.HasSuffix(f.Help, "."), "%s --%s: %q is no sentence", n.FullPath(), f.Name, f.Help)
			require.NotContains(t, f.Help, "!", "%s --%s: no exclamation marks", n.FullPath(), f.Name)
			if f.Default != "" && !strings.Contains(f.Help, "${") && f.Enum == "" {
				require.Contains(t, f.Help, f.Default, "%s --%s does not say its default", n.FullPath(), f.Name)
			}
		}
		for _, c := range n.Children {
			require.True(t, strings.HasSuffix(c.Help, "."), "%s: %q is no sentence", c.FullPath(), c.Help)
			check(c)
		}
	}
	check(grammar(t).Node)
}
