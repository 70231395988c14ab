package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// patterns are characters that name more than one file to an engine, or none to the system. In the path of a source * and ?
// are understood by ourselves; no file is handed on whose own path holds one of these.
const patterns = "*?[]{}\x00"

// MaxSourceFiles is the most files that the path of one source may name.
const MaxSourceFiles = 1000

// resolve returns the files of a source's path: one, or with * and ? all that match, by name. Relative paths are looked up in
// the configured folders, in order; links are followed before it is decided whether a file lies inside one. The data
// folder is out of bounds.
func (s *Service) resolve(path string) ([]warehouse.File, error) {
	if strings.ContainsAny(path, "[]{}\x00") {
		return nil, activation.Errorf(activation.CodeInvalid, "the path must be without [ ] { }").WithField("path").
			WithRemedy("Name one file, or several with * and ?")
	}
	for _, t := range s.tries(path) {
		found, err := t.find()
		if err != nil {
			return nil, activation.Errorf(activation.CodeInvalid, "the file cannot be looked at: %w", err).WithField("path")
		}
		if len(found) > MaxSourceFiles {
			return nil, activation.Errorf(activation.CodeInvalid, "the path names more than %d files", MaxSourceFiles).WithField("path")
		}
		if len(found) == 0 {
			continue
		}
		files := make([]warehouse.File, 0, len(found))
		for _, f := range found {
			name, err := filepath.Rel(t.folder, f)
			if err != nil {
				return nil, err
			}
			real, err := s.admit(f, name, len(found) > 1)
			if err != nil {
				return nil, err
			}
			files = append(files, warehouse.File{Path: real, Name: name})
		}
		return files, nil
	}
	if filepath.IsAbs(path) && !s.allowed(filepath.Clean(path)) {
		return nil, s.outside()
	}
	return nil, activation.Errorf(activation.CodeInvalid, "there is no such file in the source folders").WithField("path").
		WithRemedy("Source folders: " + s.folders() + ". Put the file into one of them, or upload it")
}

// try is a place where a path may lead: a path below a folder, "/" for an absolute one.
type try struct {
	folder, path string
}

// tries are the places where a path is looked for. A relative path that leads out of its folder is looked for nowhere, so
// that nobody learns what lies there.
func (s *Service) tries(path string) (list []try) {
	if filepath.IsAbs(path) {
		path = filepath.Clean(path)
		if !strings.ContainsAny(path, "*?") {
			return []try{{filepath.Dir(path), path}}
		}
		for _, d := range s.dirs { // a pattern is looked for inside the folders only
			if abs, err := filepath.Abs(d); err == nil && strings.HasPrefix(path, abs+string(filepath.Separator)) {
				list = append(list, try{abs, path})
			}
		}
		return list
	}
	if !filepath.IsLocal(path) {
		return nil
	}
	for _, d := range s.dirs {
		list = append(list, try{d, filepath.Join(d, path)})
	}
	return list
}

// find returns the files at the place, by name; none is no error. Hidden files match no pattern.
func (t try) find() ([]string, error) {
	if !strings.ContainsAny(t.path, "*?") {
		if _, err := os.Lstat(t.path); errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		return []string{t.path}, nil
	}
	rel, err := filepath.Rel(t.folder, t.path)
	if err != nil {
		return nil, err
	}
	found := []string{t.folder}
	for _, element := range strings.Split(rel, string(filepath.Separator)) {
		var next []string
		for _, dir := range found {
			if !strings.ContainsAny(element, "*?") {
				if _, err := os.Stat(filepath.Join(dir, element)); err == nil {
					next = append(next, filepath.Join(dir, element))
				}
				continue
			}
			entries, err := os.ReadDir(dir) // by name
			if err != nil {
				continue // no folder, or one that may not be read
			}
			for _, e := range entries {
				if match(element, e.Name()) {
					next = append(next, filepath.Join(dir, e.Name()))
				}
			}
		}
		if found = next; len(found) > MaxSourceFiles {
			break
		}
	}
	return found, nil
}

func match(pattern, name string) bool {
	ok, err := filepath.Match(strings.ReplaceAll(pattern, `\`, `\\`), name)
	return err == nil && ok && (!strings.HasPrefix(name, ".") || strings.HasPrefix(pattern, "."))
}

// admit returns the real path of a file that may be read.
func (s *Service) admit(path, name string, several bool) (string, error) {
	about := func(text string) *activation.Error {
		if several {
			text = name + ": " + text
		}
		return activation.Errorf(activation.CodeInvalid, "%s", text).WithField("path")
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return "", about("there is no such file in the source folders").
			WithRemedy("Source folders: " + s.folders() + ". Put the file into one of them, or upload it")
	}
	if err != nil {
		return "", activation.Errorf(activation.CodeInvalid, "the file cannot be looked at: %w", err).WithField("path")
	}
	if real, err = filepath.Abs(real); err != nil {
		return "", err
	}
	if !s.allowed(real) {
		e := s.outside()
		if several {
			e.Message = name + ": " + e.Message
		}
		return "", e
	}
	if strings.ContainsAny(real, patterns) { // a link may lead to such a name
		return "", about("the file's real path must be without * ? [ ] { }").WithRemedy("Rename the file or its folder")
	}
	info, err := os.Stat(real)
	if err != nil || !info.Mode().IsRegular() {
		return "", about("the path does not name a file")
	}
	return real, nil
}

// folders names the source folders for people.
func (s *Service) folders() string {
	if len(s.cfg.SourceDirs) == 0 {
		return "(none is configured)"
	}
	return strings.Join(s.cfg.SourceDirs, ", ")
}

func (s *Service) outside() *activation.Error {
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
