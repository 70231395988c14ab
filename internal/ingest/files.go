package ingest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// File is a file that a source may name.
type File struct {
	// Path is what a source gives as its path.
	Path string
	// Folder is the source folder in which it lies; empty for an upload.
	Folder string
	// Size is in bytes.
	Size      int64
	ChangedAt time.Time
}

// MaxFiles is the most files that are listed; filesDepth how many folders below a source folder are looked into.
const (
	MaxFiles   = 1000
	filesDepth = 4
)

// Files lists the files that a source may name: the uploads, then those of the source folders in the order in which they
// are configured, each by path. Hidden files, links that lead outside, and what no path may name are left out; so are
// folders that are missing or may not be read.
func (s *Service) Files(ctx context.Context) ([]File, error) {
	var out []File
	for _, dir := range s.dirs {
		list, err := s.filesIn(ctx, dir, MaxFiles-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// errEnough ends a walk whose list is full.
var errEnough = errors.New("enough files")

func (s *Service) filesIn(ctx context.Context, dir string, most int) (list []File, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case len(list) >= most:
			return errEnough
		case err != nil && e != nil && !e.IsDir():
			return nil
		case err != nil:
			return fs.SkipDir
		case path == dir:
			return nil
		case strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			if strings.Count(strings.TrimPrefix(path, dir), string(filepath.Separator)) > filesDepth {
				return fs.SkipDir
			}
			return nil
		}
		if f, ok := s.file(dir, path); ok {
			list = append(list, f)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	slices.SortFunc(list, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return list, err
}

// file describes a file as a source would name it; ok is false where no source may.
func (s *Service) file(dir, path string) (f File, ok bool) {
	f.Path, f.Folder = path, dir
	if dir == s.cfg.UploadDir {
		f.Path, f.Folder = filepath.Base(path), ""
	}
	if strings.ContainsAny(f.Path, patterns) {
		return f, false
	}
	real, err := s.resolve(f.Path)
	if err != nil || len(real) != 1 {
		return f, false
	}
	info, err := os.Stat(real[0].Path)
	if err != nil {
		return f, false
	}
	f.Size, f.ChangedAt = info.Size(), info.ModTime().UTC()
	return f, true
}
