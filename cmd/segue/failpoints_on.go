//go:build failpoints

package main

import (
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// failPoint kills the program (kill -9) when it comes to the fail-point that SEGUE_FAILPOINT names for the time it says:
// "send.after-call:2" is the second time, "*:7" the seventh fail-point of any name but those of messages to people, which are
// looked after beside the runs, at moments of their own. With SEGUE_FAILPOINT=list each one
// is told on err. Only programs built for tests (the tag failpoints) have this.
func failPoint(env func(string) string, err io.Writer) func(string) {
	wanted, times, _ := strings.Cut(env("SEGUE_FAILPOINT"), ":")
	left, perr := strconv.ParseInt(times, 10, 64)
	if perr != nil {
		left = 1
	}
	var seen atomic.Int64
	return func(name string) {
		if wanted == "list" {
			_, _ = fmt.Fprintln(err, "fail-point", name)
		}
		if (wanted == name || (wanted == "*" && !strings.HasPrefix(name, "notify."))) && seen.Add(1) == left {
			_, _ = fmt.Fprintln(err, "fail-point reached:", name)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal comes at once, but not at this very instruction
		}
	}
}

// profile writes what the processors are busy with to the file that SEGUE_CPUPROFILE names, until stop is called.
func profile(env func(string) string) (stop func()) {
	f, err := os.Create(env("SEGUE_CPUPROFILE"))
	if err != nil {
		return func() {}
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return func() { _ = f.Close() }
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}
}
