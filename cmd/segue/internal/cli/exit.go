package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"segue/client"
	"segue/internal/activation"
)

// Exit codes. Scripts rely on them; they are never given another meaning.
const (
	exitOK          = 0
	exitOther       = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitConflict    = 4
	exitInvalid     = 5
	exitForbidden   = 6
	exitUnavailable = 7
	exitFailed      = 8
	exitHeld        = 9
	exitCanceled    = 10
	exitChanges     = 11
	exitInterrupted = 130
)

// exitInfo describes an exit code and names the codes of errors that end with it.
type exitInfo struct {
	exit    int
	meaning string
	codes   []activation.Code
}

// exits is the table of exit codes.
func exits() []exitInfo {
	return []exitInfo{
		{exitOK, "It is done. A run that was waited for has ended well, be it with rejects.", nil},
		{exitOther, "Something else went wrong, such as a defect of Segue.",
			[]activation.Code{activation.CodeInternal, activation.CodeCorrupt, activation.CodeReceiptMismatch}},
		{exitUsage, "The command line is not understood.", nil},
		{exitNotFound, "There is no such thing.", []activation.Code{activation.CodeNotFound}},
		{exitConflict, "Things are not as the command needs them: changed meanwhile, in use, name taken, something has to be done first.",
			[]activation.Code{activation.CodeConflict, activation.CodeInUse, activation.CodeWrongAccount, activation.CodeAttributeTaken,
				activation.CodeNotReady, activation.CodeCannotEvaluate, activation.CodeProofFailed,
				activation.CodeNoConnection, activation.CodeNeedsExportUser}},
		{exitInvalid, "The input is refused, by Segue or by the destination.",
			[]activation.Code{activation.CodeInvalid, activation.CodeSourceRefused, activation.CodeBadCredentials, activation.CodeKeyMissing,
				activation.CodeAddressRefused, activation.CodeListMissing, activation.CodeAttributeMissing, activation.CodeRefused}},
		{exitForbidden, "The server does not know the token, or does not allow it.",
			[]activation.Code{activation.CodeUnauthenticated, activation.CodeForbidden, activation.CodeNeedsCode, activation.CodeNotProved}},
		{exitUnavailable, "The server, the destination or something they need does not answer; trying later may help.",
			[]activation.Code{activation.CodeUnavailable, activation.CodeLocked, activation.CodeNewerData, activation.CodeStorageFull, activation.CodeTooMany}},
		{exitFailed, "The run that was waited for has failed.", nil},
		{exitHeld, "The run that was waited for is held and needs a person's release.", []activation.Code{activation.CodeHeld}},
		{exitCanceled, "The run that was waited for was canceled or skipped.", nil},
		{exitChanges, "A dry run of apply that was asked for it has something to do.", nil},
		{exitInterrupted, "Interrupted.", nil},
	}
}

// runError is a run that was waited for and did not end well.
type runError struct {
	exit int
}

// Error implements error. What became of the run was printed already.
func (e *runError) Error() string { return "the run did not end well" }

// exitCode returns the code that err ends the program with.
func exitCode(err error) int {
	var (
		u *usageError
		r *runError
		c *client.Error
		a *activation.Error
	)
	var m *mistakesError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &m):
		return exitInvalid
	case errors.As(err, &u):
		return exitUsage
	case errors.As(err, &r):
		return r.exit
	case errors.As(err, &c):
		return exitOf(activation.Code(c.Code))
	case errors.As(err, &a):
		return exitOf(a.Code)
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitOther
}

func exitOf(code activation.Code) int {
	for _, e := range exits() {
		for _, c := range e.codes {
			if c == code {
				return e.exit
			}
		}
	}
	return exitOther
}

// tokenRemedy says how the command line is given another token.
const tokenRemedy = "Give the token of this server with --token or SEGUE_TOKEN, or its data folder with --data; the token is in the file token there"

// halfDoneError is the error of a command whose first step stays done.
type halfDoneError struct {
	err  error
	done string
}

// halfDone adds to an error what is done all the same, and how to go on from there.
func halfDone(err error, format string, args ...any) error {
	return &halfDoneError{err: err, done: fmt.Sprintf(format, args...)}
}

// Error implements error.
func (e *halfDoneError) Error() string { return e.err.Error() }

// Unwrap returns why the command did not get on.
func (e *halfDoneError) Unwrap() error { return e.err }

// describe returns what is printed of an error, with names of fields as the command line has them.
func describe(err error) (message, remedy string, more []string) { return described(err, flagOf) }

// described returns what is printed of an error, with fields as they are called there.
func described(err error, called func(field string) string) (message, remedy string, more []string) {
	var (
		h *halfDoneError
		u *usageError
		r *runError
		c *client.Error
		a *activation.Error
	)
	var (
		m *mistakesError
		p *placedError
	)
	switch {
	case errors.As(err, &m):
		return m.Error(), "", m.lines()
	case errors.As(err, &h):
		message, remedy, more = described(h.err, called)
		return message, remedy, append(more, h.done)
	case errors.As(err, &p):
		message, remedy, more = described(p.err, strings.Clone) // files have the names of the API
		message = p.what + ": " + message
		if at := p.place.String(); at != "" {
			message = at + ": " + message
		}
		return message, remedy, more
	case errors.As(err, &r):
		return "", "", nil
	case errors.As(err, &u):
		return u.message, u.remedy, nil
	case errors.As(err, &c):
		message, remedy = withField(called(c.Field), c.Message), c.Remedy
		if c.Code == "unauthenticated" {
			remedy = tokenRemedy // the server's speaks of headers
		}
		if len(c.Errors) > 1 {
			for _, e := range c.Errors[1:] {
				more = append(more, withField(called(e.Field), e.Message))
			}
		}
		return message, remedy, more
	case errors.As(err, &a):
		return withField(a.Field, a.Message), a.Remedy, nil
	case errors.Is(err, context.Canceled):
		return "interrupted", "", nil
	}
	return err.Error(), "", nil
}

// parts are the numbers and names in a field of the API that say which of several is meant.
var parts = regexp.MustCompile(`\[\d+\]`)

// flagOf names the flag that a field of the API comes from, or else the field.
func flagOf(field string) string {
	plain := strings.TrimPrefix(parts.ReplaceAllString(field, ""), "body.")
	if column, found := strings.CutPrefix(plain, "columns."); found {
		return "--column " + column
	}
	if flag := map[string]string{
		"list_id": "--list", "segment_ids": "--segment", "mapping.email": "--email", "mapping.attributes.attribute": "--map", "mapping.attributes.field": "--map",
		"leavers": "--leavers", "base_url": "--url", "samples": "--samples", "max_bad_rows": "--max-bad-rows", "max_shrink": "--max-shrink",
		"csv.delimiter": "--delimiter", "csv.quote": "--quote", "csv.encoding": "--encoding",
		"database.host": "--host", "database.port": "--port", "database.name": "--database", "database.user": "--user", "database.tls": "--tls", "database.ca": "--ca-file",
		"database.table": "--table", "database.query": "--query", "database.timeout": "--timeout", "database.password": "--password-file",
	}[plain]; flag != "" {
		return flag
	}
	return field
}

func withField(field, message string) string {
	if field == "" {
		return message
	}
	return field + ": " + message
}
