package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"syscall"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
)

const rebuild = "Everything in it can be rebuilt: move the file away, then ingest the sources and build the profiles again"

// errOverValue is what a statement that failed over a value is.
var errOverValue = errors.New("a value does not fit")

func (s session) translate(err error) error { return translate(s.ctx, err) }

// translate turns DuckDB's errors into the domain's. What DuckDB says of a value may hold the value, so that its text goes
// no further; its kind does.
func translate(ctx context.Context, err error) error {
	var known *activation.Error
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.As(err, &known) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("warehouse: %w", context.Cause(ctx))
	}
	var duck *driverduck.Error
	text := err.Error()
	switch {
	case noSpace(err), strings.Contains(text, "max_temp_directory_size"):
		return (&activation.Error{Code: activation.CodeStorageFull, Message: "the disk of the data folder is full"}).
			WithRemedy("Free some space and try again; what was there before is kept")
	case outOfMemory(text):
		return activation.Errorf(activation.CodeUnavailable, "the warehouse ran out of memory (Out of Memory)").
			WithRemedy("Raise the memory limit of the warehouse, or lower the number of its threads")
	case strings.Contains(text, "checksum"), strings.Contains(text, "Corrupt"):
		return activation.Errorf(activation.CodeCorrupt, "the warehouse cannot be read: its file is damaged").WithRemedy(rebuild)
	case strings.Contains(text, errText.Error()):
		return activation.Errorf(activation.CodeCannotEvaluate, "the query reads a text of more than %d KiB, or makes one", textBytes>>10).
			WithRemedy("Leave that column out; an answer that is missing is never \"nobody\"")
	case errors.As(err, &duck) && tellsValues(duck.Type):
		return &activation.Error{
			Code: activation.CodeInternal, Message: fmt.Sprintf("warehouse: a statement failed over a value (DuckDB error type %d)", duck.Type), Err: errOverValue,
		}
	}
	return fmt.Errorf("warehouse: %w", err)
}

// failedCommit and failedAppend begin what DuckDB says of a commit that failed, and of rows that could not be appended. The kind of what it
// failed over is left out: only the words are there.
const (
	failedCommit = "Failed to commit"
	failedAppend = "Failed to append"
)

// outOfMemory reports whether an error is that of too little memory.
func outOfMemory(text string) bool {
	if strings.Contains(text, "Out of Memory") {
		return true
	}
	for _, words := range []string{"failed to pin block", "could not allocate block", "failed to allocate data"} {
		if (strings.Contains(text, failedCommit) || strings.Contains(text, failedAppend)) && strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// tellsValues reports whether errors of a type quote the value that they fail over.
func tellsValues(t driverduck.ErrorType) bool {
	switch t {
	case driverduck.ErrorTypeConversion, driverduck.ErrorTypeOutOfRange, driverduck.ErrorTypeInvalidInput, driverduck.ErrorTypeConstraint,
		driverduck.ErrorTypeDecimal, driverduck.ErrorTypeMismatchType, driverduck.ErrorTypeInvalidType:
		return true
	}
	return false
}

// openError says why the file cannot be used.
func openError(path string, err error) error {
	var known *activation.Error
	if errors.As(err, &known) {
		return err
	}
	text := err.Error()
	e := &activation.Error{Code: activation.CodeUnavailable, Err: err, Message: fmt.Sprintf("the warehouse %s cannot be opened: %v", path, err)}
	switch {
	case strings.Contains(text, "Could not set lock"), strings.Contains(text, "Conflicting lock"), strings.Contains(text, "being used by another process"):
		e.Code, e.Message = activation.CodeLocked, fmt.Sprintf("the warehouse %s is in use by another process", path)
		e.Remedy = "Is segue already running? Stop it, or choose another folder with --data"
	case noSpace(err):
		e.Code, e.Message, e.Remedy = activation.CodeStorageFull, "the disk of the data folder is full", "Free some space on the disk"
	case strings.Contains(text, "newer") || strings.Contains(text, "version number"):
		e.Code, e.Message = activation.CodeNewerData, fmt.Sprintf("the warehouse %s was written by a newer Segue", path)
		e.Remedy = "Use that version. " + rebuild
	case strings.Contains(text, "not a valid DuckDB") || strings.Contains(text, "Corrupt") || strings.Contains(text, "checksum") ||
		strings.Contains(text, "Serialization") || strings.Contains(text, "Failed to load metadata") || strings.Contains(text, "INTERNAL"):
		e.Code, e.Message, e.Remedy = activation.CodeCorrupt, fmt.Sprintf("the warehouse %s cannot be read: its file is damaged", path), rebuild
	}
	return e
}

// noSpace reports whether there was no space: the disk is full, or a quota or a limit of file sizes is reached. DuckDB passes on
// the system's words only.
func noSpace(err error) bool {
	text := err.Error()
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, e) || strings.Contains(strings.ToLower(text), e.Error()) {
			return true
		}
	}
	return false
}
