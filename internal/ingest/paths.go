package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"segue/internal/activation"
)

// patterns are characters that name more than one file to an engine, or none to the system.
const patterns = "*?[]{}\x00"

// resolve returns the absolute path of a source's file. Relative paths are looked up in the configured folders, in
// order; links are followed before it is decided whether the file lies inside one. The data folder is out of bounds.
func (s *Service) resolve(path string) (string, error) {
	if strings.ContainsAny(path, patterns) {
		return "", activation.Errorf(activation.CodeInvalid, "the path must name one file, without * ? [ ] { }").WithField("path")
	}
	var tries []string
	if filepath.IsAbs(path) {
		tries = []string{path}
	} else {
		for _, d := range s.dirs {
			tries = append(tries, filepath.Join(d, path))
		}
	}
	for _, t := range tries {
		real, err := filepath.EvalSymlinks(t)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			continue
		}
		if err != nil {
			return "", activation.Errorf(activation.CodeInvalid, "the file cannot be looked at: %w", err).WithField("path")
		}
		if real, err = filepath.Abs(real); err != nil {
			return "", err
		}
		if !s.allowed(real) {
			return "", s.outside()
		}
		if strings.ContainsAny(real, patterns) { // a link may lead to such a name
			return "", activation.Errorf(activation.CodeInvalid, "the file's real path must be without * ? [ ] { }").WithField("path").
				WithRemedy("Rename the file or its folder")
		}
		info, err := os.Stat(real)
		if err != nil || !info.Mode().IsRegular() {
			return "", activation.Errorf(activation.CodeInvalid, "the path does not name a file").WithField("path")
		}
		return real, nil
	}
	if filepath.IsAbs(path) && !s.allowed(filepath.Clean(path)) {
		return "", s.outside()
	}
	return "", activation.Errorf(activation.CodeInvalid, "there is no such file in the source folders").WithField("path").
		WithRemedy("Source folders: " + s.folders() + ". Put the file into one of them, or upload it")
}

// folders names the source folders for people.
func (s *Service) folders() string {
	if len(s.cfg.SourceDirs) == 0 {
		return "(none is configured)"
	}
	return strings.Join(s.cfg.SourceDirs, ", ")
}

func (s *Service) outside() error {
	return activation.Errorf(activation.CodeInvalid, "the file does not lie in a source folder").WithField("path").
		WithRemedy("Source folders: " + s.folders() + ". Start the server with --source-dir to add one, or upload the file")
}

// allowed reports whether a resolved path lies in a source folder, and not in the data folder but for uploads.
func (s *Service) allowed(path string) bool {
	if within(path, s.cfg.UploadDir) {
		return true
	}
	if within(path, s.cfg.DataDir) {
		return false
	}
	for _, d := range s.cfg.SourceDirs {
		if within(path, d) {
			return true
		}
	}
	return false
}

// within reports whether path lies below dir, links resolved.
func within(path, dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	if real, err = filepath.Abs(real); err != nil {
		return false
	}
	rel, err := filepath.Rel(real, path)
	return err == nil && rel != "." && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// uploadPrefix begins the names of uploads that are under way.
const uploadPrefix = ".upload-"

// SweepUploads deletes what uploads left that were cut short when the program was killed (S35). It is called before any upload.
func (s *Service) SweepUploads() error {
	entries, err := os.ReadDir(s.cfg.UploadDir)
	if err != nil {
		return fmt.Errorf("sweep the uploads: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), uploadPrefix) {
			if err := os.Remove(filepath.Join(s.cfg.UploadDir, e.Name())); err != nil {
				return fmt.Errorf("sweep the uploads: %w", err)
			}
		}
	}
	return nil
}

// SaveUpload stores what is read under the name and returns the path to use for a source. A file of that name is
// replaced, whole or not at all.
func (s *Service) SaveUpload(ctx context.Context, name string, r io.Reader) (string, error) {
	if err := checkUploadName(name); err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(s.cfg.UploadDir, uploadPrefix+"*") // 0600
	if err != nil {
		return "", fmt.Errorf("store the upload: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	n, err := io.Copy(tmp, io.LimitReader(contextReader{ctx, r}, s.cfg.MaxUpload+1))
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("store the upload: %w", err)
	}
	if n > s.cfg.MaxUpload {
		return "", activation.Errorf(activation.CodeInvalid, "the file has more than %d bytes", s.cfg.MaxUpload).
			WithRemedy("Put it into a source folder of the server instead")
	}
	if err := os.Rename(tmp.Name(), filepath.Join(s.cfg.UploadDir, name)); err != nil {
		return "", fmt.Errorf("store the upload: %w", err)
	}
	return name, nil
}

func checkUploadName(name string) error {
	bad := name == "" || len(name) > 200 || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\*?[]{}`) ||
		strings.ContainsFunc(name, unicode.IsControl)
	if bad {
		return activation.Errorf(activation.CodeInvalid, "must be a plain file name, without folders and * ? [ ] { }").WithField("name")
	}
	return nil
}

// contextReader ends reading when its context has ended.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
