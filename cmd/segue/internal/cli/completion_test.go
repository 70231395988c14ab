package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/cmd/segue/internal/complete"
)

func next(t *testing.T, words ...string) []string {
	t.Helper()
	var out []string
	for _, s := range complete.Next(grammar(t), words) {
		out = append(out, s.Word)
	}
	return out
}

func TestCompletionKnowsWhatCanComeNext(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"serve", "sandbox", "demo", "source", "profile", "relationship", "segment", "connection", "export", "run", "refresh", "status", "apply", "config", "notify", "person", "me", "audit", "version", "completion"}, next(t, ""))
	require.Equal(t, []string{"sandbox"}, next(t, "sa"))
	require.Equal(t, []string{"start", "list", "show", "watch", "rows", "rejects", "batches", "cancel", "release", "refuse", "give-up", "decide"}, next(t, "run", ""))
	require.Equal(t, []string{"rows", "release", "rejects", "refuse"}, unordered(next(t, "run", "r")))
	require.Contains(t, next(t, "run", "start", "--"), "--dry-run")
	require.Contains(t, next(t, "run", "start", "--"), "--output", "flags of every command too")
	require.Equal(t, []string{"--wait"}, next(t, "run", "start", "VIP", "--w"))
	require.Equal(t, []string{"table", "json"}, next(t, "run", "list", "-o", ""))
	require.Equal(t, []string{"json"}, next(t, "run", "list", "--output", "j"))
	require.Equal(t, []string{"--output=json"}, next(t, "run", "list", "--output=j"))
	require.Equal(t, []string{"bash", "zsh", "fish"}, next(t, "completion", ""))
	require.Equal(t, []string{"number"}, next(t, "connection", "create-attribute", "main", "POINTS", "n"), "the third argument is a type")
	require.Equal(t, []string{"start"}, next(t, "--server", "http://127.0.0.1:1", "run", "sta"), "values of flags are no commands")
	require.Empty(t, next(t, "run", "show", ""), "names of things are not known")
	require.Empty(t, next(t, "source", "add", "x", "--", "--u"), "after -- there are no flags")
	require.Empty(t, next(t, "nonsense", "x"))
	require.Empty(t, next(t, "run", "list", "--none=x"))
}

func unordered(words []string) []string {
	var out []string
	for _, w := range []string{"rows", "release", "rejects", "refuse"} {
		for _, x := range words {
			if x == w {
				out = append(out, w)
			}
		}
	}
	return out
}

func TestCompletionDescribesForShellsThatShowIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, "sandbox\n", b.bare("__complete", "--", "sa").out)
	require.Contains(t, b.bare("__complete", "--describe", "--", "run", "wat").out, "watch\tWatch a run until it has ended.\n")
	require.Contains(t, b.bare("__complete", "--", "run", "start", "--dry").out, "--dry-run\n", "flags that are asked for are not taken for our own")
}

func TestCompletionWorksInBash(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	wrapper := "#!/bin/sh\nSEGUE_TEST_AS_PROGRAM=1 exec '" + self + "' \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "segue"), []byte(wrapper), 0o700))
	for line, want := range map[string]string{
		"segue sou":                    "source",
		"segue run start --dry":        "--dry-run",
		"segue run list -o ":           "table json",
		"segue completion f":           "fish",
		"segue source add x /no/such/": "",
	} {
		words := strings.Split(line, " ")
		script := complete.Script("bash") + `
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_segue
echo "${COMPREPLY[*]}"
complete -p segue
`
		cmd := exec.CommandContext(t.Context(), "bash", append([]string{"-euo", "pipefail", "-c", script, "bash"}, words...)...)
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		got := strings.SplitN(string(out), "\n", 2)
		require.Equal(t, want, got[0], line)
		require.Equal(t, "complete -o default -F _segue segue\n", got[1], "files are offered where nothing is known")
	}
}

func TestScriptsOfAllShellsAskTheProgram(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, shell := range []string{"bash", "zsh", "fish"} {
		require.Contains(t, b.ok("completion", shell), "__complete")
	}
	b.fails(exitUsage, "completion", "tcsh")
}
