package folder

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"segue/e2e/rig"
)

// onSmallDisk names the test in the process that may mount a disk.
const onSmallDisk = "SEGUE_E2E_SMALL_DISK"

// TestAReallyFullDiskIsToldAndNothingIsLost is TestAFullDiskIsToldAndNothingIsLost on a disk of a few megabytes that is full to the
// last byte. The disk is a tmpfs in a mount namespace of a process of its own, so that it goes with it whatever happens; who is not
// root gets a user namespace as well.
func TestAReallyFullDiskIsToldAndNothingIsLost(t *testing.T) {
	t.Parallel()
	if os.Getenv(onSmallDisk) != "" {
		require.NoError(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), "nothing of it may be seen outside")
		disk := t.TempDir()
		require.NoError(t, unix.Mount("segue-test", disk, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=48m,mode=0700"))
		defer func() { require.NoError(t, unix.Unmount(disk, unix.MNT_DETACH)) }()
		f := newFull(t, disk)
		fillAndFree(t, f)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=20m")
	cmd.Env = append(os.Environ(), onSmallDisk+"=1", "SEGUE_E2E_BINARY="+rig.Binary(t))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: "+t.Name(), "it ran")
}

// fillDisk fills the small disk to the last byte, or frees it.
func (f *full) fillDisk(t *testing.T, isFull bool) {
	t.Helper()
	ballast := filepath.Join(f.disk, "ballast")
	if !isFull {
		require.NoError(t, os.Remove(ballast))
		return
	}
	file, err := os.OpenFile(ballast, os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	for _, size := range []int{1 << 20, 4 << 10, 1} {
		for err = nil; err == nil; {
			_, err = file.Write(make([]byte, size))
		}
		require.True(t, errors.Is(err, unix.ENOSPC) || errors.Is(err, io.ErrShortWrite), "%v", err)
	}
	require.NoError(t, file.Close())
}
