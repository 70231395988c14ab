package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"segue/internal/activation"
)

// codeOf returns SQLite's extended result code, 0 for other errors.
func codeOf(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// translate gives a failure of SQLite its code; it is applied to every error at the border of this package. Errors
// that have a code already pass.
func translate(ctx context.Context, verb string, err error) error {
	if err == nil {
		return nil
	}
	var known *activation.Error
	if errors.As(err, &known) {
		return err
	}
	if cause := ctx.Err(); cause != nil { // SQLite and database/sql say interrupted, done or closed instead
		return fmt.Errorf("%s: %w", verb, cause)
	}
	e := &activation.Error{Code: activation.CodeInternal, Message: fmt.Sprintf("control store: %s: %v", verb, err), Err: err}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return full(e)
	case errors.Is(err, fs.ErrPermission):
		return barred(e)
	}
	switch code := codeOf(err); code & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		e.Code, e.Remedy = activation.CodeLocked, "Is segue, or another program that holds the file, already running? Stop it"
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		e.Code, e.Remedy = activation.CodeCorrupt, "Stop segue, keep the file as it is, and restore the data folder from a backup"
	case lib.SQLITE_FULL:
		return full(e)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM, lib.SQLITE_AUTH:
		return barred(e)
	case lib.SQLITE_IOERR:
		switch code {
		case lib.SQLITE_IOERR_SHMSIZE: // the log's index could not grow
			return full(e)
		case lib.SQLITE_IOERR_WRITE: // a quota or a limit of file sizes says it so, and so does a broken disk
			e.Message += "; the disk is full, or a limit of it is reached"
			e.Code, e.Remedy = activation.CodeStorageFull, "Free some space on the disk, or raise the limit; if there is space, look after the disk"
			return e
		}
		e.Code, e.Remedy = activation.CodeUnavailable, "Look after the disk"
	}
	return e
}

func full(e *activation.Error) error {
	e.Code, e.Remedy = activation.CodeStorageFull, "Free some space on the disk"
	return e
}

func barred(e *activation.Error) error {
	e.Code, e.Remedy = activation.CodeUnavailable, "Give this user the right to read and write the file and its folder"
	return e
}

// openError says which file could not be opened, and keeps the code.
func openError(ctx context.Context, path string, err error) error {
	err = translate(ctx, "open", err)
	var e *activation.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("open the control store %s: %w", path, err)
	}
	c := *e
	switch c.Code {
	case activation.CodeLocked:
		c.Message = fmt.Sprintf("the control store %s is in use by another process", path)
	case activation.CodeNewerData:
		c.Message = fmt.Sprintf("the control store %s was written by a newer Segue: %s", path, c.Message)
		c.Remedy = "Start that version of Segue, or restore a backup made by this one"
	case activation.CodeCorrupt:
		c.Message = fmt.Sprintf("the control store %s cannot be read: %s", path, c.Message)
		c.Remedy = "Keep the file as it is, and restore the data folder from a backup"
	default:
		c.Message = fmt.Sprintf("the control store %s cannot be opened: %s", path, c.Message)
	}
	c.Err = err
	return &c
}

func isUnique(err error) bool { return codeOf(err) == lib.SQLITE_CONSTRAINT_UNIQUE }

// missing turns "no rows" into CodeNotFound.
func missing(ctx context.Context, what, id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return activation.Errorf(activation.CodeNotFound, "there is no %s %q", what, id)
	}
	return translate(ctx, "load "+what, err)
}

// written translates the outcome of an insert or update of something that has a name.
func written(ctx context.Context, what, name string, err error) error {
	if isUnique(err) {
		e := activation.Errorf(activation.CodeConflict, "%s named %q exists already", withArticle(what), name).WithField("name").
			WithRemedy("Choose another name; upper and lower case make no difference")
		e.Err = err
		return e
	}
	return saved(ctx, what, err)
}

// withArticle puts "a" or "an" before a word.
func withArticle(what string) string {
	if strings.ContainsRune("aeiou", rune(what[0])) {
		return "an " + what
	}
	return "a " + what
}

// saved translates the outcome of an insert or update.
func saved(ctx context.Context, what string, err error) error {
	if codeOf(err) == lib.SQLITE_CONSTRAINT_PRIMARYKEY {
		return &activation.Error{Code: activation.CodeConflict, Message: withArticle(what) + " with this id exists already", Err: err}
	}
	return translate(ctx, "save "+what, err)
}

// changed fails if an update found no row of the version it names: load says whether the thing is there at all.
func changed(rows int64, what string, load func() error) error {
	if rows > 0 {
		return nil
	}
	if err := load(); err != nil {
		return err
	}
	return activation.Errorf(activation.CodeConflict, "the %s was changed meanwhile", what).
		WithRemedy("Load it again and repeat the change")
}
