package tink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"segue/internal/activation"
)

// file is what the key file holds.
type file struct {
	seal, hash *keyset.Handle
}

// stored is the key file's JSON.
type stored struct {
	Note    string          `json:"note"`
	Version int             `json:"version"`
	Seal    json.RawMessage `json:"seal"` // a Tink keyset
	Hash    json.RawMessage `json:"hash"` // a Tink keyset
}

const (
	fileVersion = 1
	fileNote    = "The keys of this Segue. Keep it secret, and keep a copy apart from other backups: without it stored API keys cannot be opened."
	maxFile     = 1 << 20
)

var errMissing = errors.New("the key file is missing")

// load reads the file if only its owner can read it. It never changes it.
func load(path string) (*file, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errMissing
	case err != nil:
		return nil, unusable(path, err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, corrupt(path, "it is not a key file")
	case info.Mode().Perm()&0o077 != 0:
		return nil, activation.Errorf(activation.CodeNotReady, "the key file %s can be read by other users of this machine (mode %04o)", path, info.Mode().Perm()).
			WithRemedy(fmt.Sprintf("If nobody else has read it, run: chmod 600 %q. If somebody may have, replace the API keys at the destination too", path))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	var s stored
	if err := json.Unmarshal(b, &s); err != nil { // the cause could quote a key: it is dropped
		return nil, corrupt(path, "it is not a key file")
	}
	if s.Version > fileVersion {
		return nil, activation.Errorf(activation.CodeNewerData, "the key file %s was written by a newer Segue (format %d, this program knows up to %d)", path, s.Version, fileVersion).
			WithRemedy("Start that version of Segue")
	}
	var f file
	if f.seal, err = readKeyset(s.Seal); err != nil {
		return nil, corrupt(path, "its sealing keys cannot be read")
	}
	if f.hash, err = readKeyset(s.Hash); err != nil {
		return nil, corrupt(path, "its hashing keys cannot be read")
	}
	return &f, nil
}

func readKeyset(b []byte) (*keyset.Handle, error) {
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
}

func writeKeyset(h *keyset.Handle) (json.RawMessage, error) {
	var b bytes.Buffer
	err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b))
	return b.Bytes(), err
}

// create makes new keys and writes them so that a crash leaves either no key file or a whole one.
func create(path string) (*file, error) {
	f, err := newKeysets()
	if err != nil {
		return nil, err
	}
	return f, write(path, f)
}

func write(path string, f *file) error {
	s := stored{Note: fileNote, Version: fileVersion}
	var err error
	if s.Seal, err = writeKeyset(f.seal); err != nil {
		return fmt.Errorf("write the sealing key: %w", err)
	}
	if s.Hash, err = writeKeyset(f.hash); err != nil {
		return fmt.Errorf("write the hashing key: %w", err)
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	if err := replace(path, append(b, '\n')); err != nil {
		return unusable(path, err)
	}
	return nil
}

// replace writes a file of its own beside path, makes sure that it is on the disk, and renames it.
func replace(path string, b []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(b); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func corrupt(path, why string) error {
	return activation.Errorf(activation.CodeCorrupt, "the key file %s cannot be used: %s", path, why).
		WithRemedy("Restore the key file; leave this one as it is until then")
}

func unusable(path string, err error) error {
	e := &activation.Error{Code: activation.CodeUnavailable, Message: fmt.Sprintf("the key file %s cannot be used: %v", path, err), Err: err}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		e.Code = activation.CodeStorageFull
		return e.WithRemedy("Free some space on the disk")
	}
	return e.WithRemedy("Give this user the right to read the file and to write in its folder")
}
