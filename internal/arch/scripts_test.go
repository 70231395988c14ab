package arch

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// machine makes a folder of programs to be the whole PATH: what any Unix has, and the fakes given as shell scripts.
func machine(t *testing.T, fakes map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"bash", "env", "awk", "sed", "sort", "head", "tail", "dirname", "cat", "chmod"} {
		real, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(real, filepath.Join(dir, name)))
	}
	// No process may begin while a fake is open for writing: it would inherit the file, and the kernel would not run it.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	for name, script := range fakes {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!"+filepath.Join(dir, "bash")+"\n"+script+"\n"), 0o755))
	}
	return dir
}

func runRequire(t *testing.T, dir string, tools ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "bash"), append([]string{"scripts/require"}, tools...)...)
	cmd.Dir = top
	cmd.Env = []string{"PATH=" + dir, "MACHINE=" + dir}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestRequireIsContentWithWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := machine(t, map[string]string{"go": "echo go1.26.3", "node": "echo v20.19.0", "gcc": "echo 12.2.0"})
	out, err := runRequire(t, dir, "go", "node", "gcc")
	require.NoError(t, err, out)
	require.Contains(t, out, "require: go 1.26.3\n")
	require.Contains(t, out, "require: node 20.19.0\n")
}

func TestRequireNamesEveryPartThatIsMissingOrTooOld(t *testing.T) {
	t.Parallel()
	dir := machine(t, map[string]string{"go": "echo go1.25.9", "node": "echo v20.18.3", "npm": "echo broken >&2; exit 3"})
	out, err := runRequire(t, dir, "go", "node", "npm", "g++")
	require.Error(t, err, out)
	require.Contains(t, out, "require: go: 1.25.9 is too old, 1.26.0 or newer is needed\n")
	require.Contains(t, out, "require: node: 20.18.3 is too old, 20.19 or newer is needed\n")
	require.Contains(t, out, "cannot be run here: broken\n")
	require.Contains(t, out, "require: g++: is not installed and could not be installed here\n")
}

func TestRequireInstallsDebianPackagesAsRoot(t *testing.T) {
	t.Parallel()
	dir := machine(t, map[string]string{
		"id": "echo 0", "apt-get": `echo "$*" >>"$MACHINE/asked"; case $* in install*gcc*) printf '#!%s\necho 12.2.0\n' "$MACHINE/bash" >"$MACHINE/gcc"; chmod 755 "$MACHINE/gcc" ;; esac`,
	})
	out, err := runRequire(t, dir, "gcc")
	require.NoError(t, err, out)
	require.Contains(t, out, "require: gcc 12.2.0\n")
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	require.NoError(t, err)
	require.Equal(t, "update -qq\ninstall -y -qq --no-install-recommends gcc libc6-dev\n", string(asked))
}

func TestRequireNeverWaitsForAPassword(t *testing.T) {
	t.Parallel()
	dir := machine(t, map[string]string{
		"id": "echo 1000", "apt-get": "echo installed >\"$MACHINE/asked\"",
		"sudo": `[ "$1" = -n ] || { read -r _; exit 9; }; echo "sudo: a password is required" >&2; exit 1`,
	})
	out, err := runRequire(t, dir, "make")
	require.Error(t, err, out)
	require.Contains(t, out, "require: make: is not installed and could not be installed here\n")
	require.NoFileExists(t, filepath.Join(dir, "asked"))
}
