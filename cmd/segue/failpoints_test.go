//go:build failpoints

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFailPointsKillAtTheNamedTime runs itself in a process of its own, for the fail-point kills.
func TestFailPointsKillAtTheNamedTime(t *testing.T) {
	if os.Getenv("SEGUE_FAILPOINT") != "" {
		p := failPoint(os.Getenv, os.Stderr)
		for range 3 {
			p("notify.x")
			p("a")
			p("b")
		}
		return
	}
	t.Parallel()
	for wanted, reached := range map[string]string{"b": "b", "b:2": "b", "*:3": "a", "notify.x:2": "notify.x", "c": ""} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFailPointsKillAtTheNamedTime$")
		cmd.Env = append(os.Environ(), "SEGUE_FAILPOINT="+wanted)
		var errs strings.Builder
		cmd.Stderr = &errs
		err := cmd.Run()
		if reached == "" {
			require.NoError(t, err)
			continue
		}
		require.Error(t, err)
		require.Equal(t, syscall.SIGKILL, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(), wanted)
		require.Contains(t, errs.String(), "reached: "+reached)
	}
}
