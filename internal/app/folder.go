package app

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"segue/internal/activation"
)

// folder is the data folder of a server, locked by it (SEMANTICS S35: folders 0700, files 0600).
type folder struct {
	path string
	lock *os.File
}

// Names inside the data folder.
const (
	lockFile      = "lock"
	tokenFile     = "token"
	addressFile   = "address"
	keyFile       = "keys.json"
	storeFile     = "segue.db"
	warehouseFile = "warehouse.duckdb"
	ledgerFile    = "ledger.duckdb"
	handOverDir   = "handover"
	tempDir       = "tmp"
	uploadDir     = "uploads"
)

// openFolder makes the data folder ready and locks it, so that two servers never write to one.
func openFolder(path string) (*folder, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", path, err)
	}
	syscall.Umask(0o077) // engines make files of their own: logs, spills
	for _, d := range []string{abs, filepath.Join(abs, handOverDir), filepath.Join(abs, tempDir), filepath.Join(abs, uploadDir)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, folderError(abs, err)
		}
	}
	if err := os.Chmod(abs, 0o700); err != nil {
		return nil, folderError(abs, err)
	}
	f, err := os.OpenFile(filepath.Join(abs, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, folderError(abs, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, activation.Errorf(activation.CodeLocked, "the data folder %s is in use by another process", abs).
			WithRemedy("Is segue already running? Stop it, or choose another folder with --data")
	}
	return &folder{path: abs, lock: f}, nil
}

func folderError(path string, err error) error {
	e := &activation.Error{Code: activation.CodeUnavailable, Message: fmt.Sprintf("the data folder %s cannot be used: %v", path, err), Err: err}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		e.Code, e.Remedy = activation.CodeStorageFull, "Free some space on the disk"
	} else {
		e.Remedy = "Give this user the right to write there, or choose another folder with --data"
	}
	return e
}

// file returns the path of a name inside the folder.
func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

// used reports whether a server kept anything here before, so that its keys must be here as well.
func (f *folder) used() bool {
	for _, name := range []string{storeFile, ledgerFile} {
		if _, err := os.Stat(f.file(name)); err == nil {
			return true
		}
	}
	return false
}

// close lets the folder go.
func (f *folder) close() error { return f.lock.Close() }

// token returns the bearer token of the API, made at the first start.
func (f *folder) token() (string, error) {
	b, err := os.ReadFile(f.file(tokenFile))
	if err == nil && len(strings.TrimSpace(string(b))) >= 32 {
		return strings.TrimSpace(string(b)), os.Chmod(f.file(tokenFile), 0o600)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", folderError(f.path, err)
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make the API token: %w", err)
	}
	t := base64.RawURLEncoding.EncodeToString(raw)
	return t, f.write(tokenFile, t+"\n")
}

// write replaces a small file atomically.
func (f *folder) write(name, content string) error {
	tmp := f.file(name + ".new")
	if err := os.WriteFile(tmp, []byte(content), 0o600); err != nil {
		return folderError(f.path, err)
	}
	if err := os.Rename(tmp, f.file(name)); err != nil {
		return folderError(f.path, err)
	}
	return nil
}
