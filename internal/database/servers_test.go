package database_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/database/databasetest"
)

// Passwords of the made-up users of the servers.
const (
	ownerPassword  = databasetest.OwnerPassword
	readerPassword = databasetest.ReaderPassword
)

func TestMain(m *testing.M) {
	code := m.Run()
	databasetest.StopAll()
	os.Exit(code)
}

// options says how to reach a server.
func options(s *databasetest.Server, name string) activation.DatabaseOptions {
	return activation.DatabaseOptions{Host: "127.0.0.1", Port: s.Port, User: "owner", CA: s.CA, Name: name}
}

func onPostgreSQL(t *testing.T, statements ...string) (*databasetest.Server, activation.DatabaseOptions) {
	t.Helper()
	s, err := databasetest.PostgreSQL()
	require.NoError(t, err, "PostgreSQL of Debian's package postgresql: scripts/require installs it")
	require.NoError(t, s.Postgres(statements...))
	return s, options(s, "postgres")
}

func onMariaDB(t *testing.T, statements ...string) (*databasetest.Server, activation.DatabaseOptions) {
	t.Helper()
	s, err := databasetest.MariaDB()
	require.NoError(t, err, "MariaDB of Debian's package mariadb-server: scripts/require installs it")
	require.NoError(t, s.MySQL(statements...))
	return s, options(s, "shop")
}
