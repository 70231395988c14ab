package app

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestCommandsAreShownAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	require.Equal(t, `segment add 'Loyal in Croatia' --where 'country = HR and tier in (a, b)' --map A=b ''`,
		typed([]string{"segment", "add", "Loyal in Croatia", "--where", "country = HR and tier in (a, b)", "--map", "A=b", ""}))
	require.Equal(t, `'it'\''s'`, typed([]string{"it's"}))
}

func TestNumbersAreGrouped(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]int{"0": 0, "999": 999, "1,000": 1000, "20,000": 20_000, "1,234,567": 1_234_567} {
		require.Equal(t, want, grouped(n))
	}
}

func TestDemoTakesAnotherPortWhereItsOwnIsTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	other, err := listen(l.Addr().String())
	require.NoError(t, err)
	require.NotEqual(t, l.Addr().String(), other.Addr().String())
	require.NoError(t, other.Close())
	require.NoError(t, l.Close())
	again, err := listen(l.Addr().String())
	require.NoError(t, err)
	require.Equal(t, l.Addr().String(), again.Addr().String())
	require.NoError(t, again.Close())
}

func TestDemoEmptiesOnlyItsOwnFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	d := &demo{DemoConfig: DemoConfig{Dir: dir}}
	require.NoError(t, d.prepare())
	left := filepath.Join(dir, "left")
	require.NoError(t, os.WriteFile(left, nil, 0o600))
	require.NoError(t, d.prepare(), "an earlier demo's folder is emptied")
	require.NoFileExists(t, left)
	require.DirExists(t, d.files)

	other := t.TempDir()
	mine := filepath.Join(other, "mine")
	require.NoError(t, os.WriteFile(mine, nil, 0o600))
	err := (&demo{DemoConfig: DemoConfig{Dir: other}}).prepare()
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "%v", err)
	require.FileExists(t, mine)
}
