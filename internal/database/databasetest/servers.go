// Package databasetest owns database servers for tests: PostgreSQL and MariaDB of Debian's packages, on loopback ports, in temporary folders,
// run by a user without rights. It knows nothing of how Segue reads them.
package databasetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
)

// Passwords of the made-up users owner, who may do everything, and reader.
const (
	OwnerPassword  = "owner-geheim-1"
	ReaderPassword = "reader-geheim-2"
)

// Server is a database server.
type Server struct {
	// Port is where it listens on 127.0.0.1.
	Port int
	// CA is its certificate, which is for 127.0.0.1, as PEM.
	CA   string
	dir  string
	cmd  *exec.Cmd
	done chan error
}

// starts keeps the servers that were started, each once.
type starts struct {
	mu   sync.Mutex
	list []*Server
}

var (
	started    starts
	postgreSQL = sync.OnceValues(startPostgreSQL)
	mariaDB    = sync.OnceValues(startMariaDB)
)

// PostgreSQL returns the one PostgreSQL server of the test run, starting it if need be. Its database is postgres.
func PostgreSQL() (*Server, error) { return postgreSQL() }

// MariaDB returns the one MariaDB server of the test run, starting it if need be. Its database is shop.
func MariaDB() (*Server, error) { return mariaDB() }

// StopAll ends the servers that were started; a TestMain calls it at the end.
func StopAll() {
	for _, s := range started.list {
		s.stop()
	}
}

// unprivileged makes a command run as nobody where tests run as root: PostgreSQL refuses root.
func unprivileged(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=America/New_York"}
	return cmd
}

func newServer() (*Server, error) {
	dir, err := os.MkdirTemp("", "segue-db-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	started.mu.Lock()
	started.list = append(started.list, s)
	started.mu.Unlock()
	if err := s.certificate(); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if err := filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
			return errors.Join(err, os.Chown(path, 65534, 65534))
		}); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	return s, l.Close()
}

func (s *Server) certificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	s.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return errors.Join(os.WriteFile(filepath.Join(s.dir, "cert.pem"), []byte(s.CA), 0o600),
		os.WriteFile(filepath.Join(s.dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
		os.WriteFile(filepath.Join(s.dir, "password"), []byte(OwnerPassword), 0o600))
}

func run(dir, program string, args ...string) error {
	cmd := unprivileged(exec.Command(program, args...))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

// serve runs the server until stop, and waits until it lets somebody in.
func (s *Server) serve(ready func() error, program string, args ...string) error {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	s.cmd = unprivileged(exec.Command(program, args...))
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.dir, log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan error, 1)
	go func() { s.done <- s.cmd.Wait() }()
	for range 600 {
		if err = ready(); err == nil {
			return nil
		}
		select {
		case <-s.done:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("%s ended: %s", program, text)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s is not ready: %w", program, err)
}

func (s *Server) stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	_ = os.RemoveAll(s.dir)
}

// program finds a server's program, also where Debian keeps it out of the way.
func program(name string, patterns ...string) (string, error) {
	for _, p := range patterns {
		if found, _ := filepath.Glob(p); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return exec.LookPath(name)
}

func startPostgreSQL() (*Server, error) {
	initdb, err := program("initdb", "/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return nil, err
	}
	s, err := newServer()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, "data")
	if err := run(s.dir, initdb, "-D", data, "-U", "owner", "-A", "scram-sha-256", "--pwfile", filepath.Join(s.dir, "password"), "-E", "UTF8", "--no-sync"); err != nil {
		return nil, err
	}
	ready := func() error {
		c, err := pgx.Connect(context.Background(), s.postgresURL("postgres"))
		if err != nil {
			return err
		}
		return c.Close(context.Background())
	}
	err = s.serve(ready, filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-p", fmt.Sprint(s.Port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir,
		"-c", "fsync=off", "-c", "ssl=on", "-c", "ssl_cert_file="+filepath.Join(s.dir, "cert.pem"), "-c", "ssl_key_file="+filepath.Join(s.dir, "key.pem"), "-c", "timezone=America/New_York", "-c", "datestyle=SQL, DMY")
	if err != nil {
		return nil, err
	}
	return s, s.Postgres("CREATE ROLE reader LOGIN PASSWORD '" + ReaderPassword + "'")
}

func (s *Server) postgresURL(name string) string {
	return fmt.Sprintf("postgres://owner:%s@127.0.0.1:%d/%s?sslmode=disable", OwnerPassword, s.Port, name)
}

// Postgres runs statements on PostgreSQL as the owner.
func (s *Server) Postgres(statements ...string) error {
	c, err := pgx.Connect(context.Background(), s.postgresURL("postgres"))
	if err != nil {
		return err
	}
	for _, text := range statements {
		if _, e := c.Exec(context.Background(), text); e != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", text, e))
		}
	}
	return errors.Join(err, c.Close(context.Background()))
}

func startMariaDB() (*Server, error) {
	s, err := newServer()
	if err != nil {
		return nil, err
	}
	install, err := program("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	mariadbd, err := program("mariadbd", "/usr/sbin/mariadbd")
	if err != nil {
		return nil, err
	}
	data, init := filepath.Join(s.dir, "data"), filepath.Join(s.dir, "init.sql")
	if err := os.WriteFile(init, []byte(strings.Join([]string{
		"CREATE DATABASE shop CHARACTER SET utf8mb4;", "CREATE USER owner@'%' IDENTIFIED BY '" + OwnerPassword + "';", "GRANT ALL ON *.* TO owner@'%' WITH GRANT OPTION;",
		"CREATE USER reader@'%' IDENTIFIED BY '" + ReaderPassword + "';", "CREATE TABLE shop.people (id int);", "GRANT SELECT ON shop.people TO reader@'%';", "",
	}, "\n")), 0o600); err != nil {
		return nil, err
	}
	first := filepath.Join(s.dir, "first.sql")
	if err := os.Rename(init, first); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if err := os.Chown(first, 65534, 65534); err != nil {
			return nil, err
		}
	}
	if err := run(s.dir, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db"); err != nil {
		return nil, err
	}
	ready := func() error { return s.MySQL("SELECT 1") }
	err = s.serve(ready, mariadbd, "--no-defaults", "--datadir="+data, "--socket="+filepath.Join(s.dir, "sock"), "--pid-file="+filepath.Join(s.dir, "pid"), "--bind-address=127.0.0.1",
		fmt.Sprintf("--port=%d", s.Port), "--init-file="+first, "--ssl-cert="+filepath.Join(s.dir, "cert.pem"), "--ssl-key="+filepath.Join(s.dir, "key.pem"), "--default-time-zone=-05:00",
		"--character-set-server=latin1", "--sql-mode=")
	return s, err
}

// MySQL runs statements on MariaDB as the owner.
func (s *Server) MySQL(statements ...string) error {
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr, cfg.User, cfg.Passwd, cfg.DBName = "tcp", fmt.Sprintf("127.0.0.1:%d", s.Port), "owner", OwnerPassword, "shop"
	cfg.Logger = quiet{}
	c, err := mysql.NewConnector(cfg)
	if err != nil {
		return err
	}
	db := sql.OpenDB(c)
	defer func() { _ = db.Close() }()
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

type quiet struct{}

func (quiet) Print(...any) {}
