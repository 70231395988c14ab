package store

import (
	"context"

	"segue/internal/activation"
)

// MayRun fails unless runs of the export may begin and go on: with CodeNoConnection if it is detached, with
// CodeNeedsExportUser if nobody is left on whose behalf they run (S29).
func MayRun(ctx context.Context, r Reader, e activation.Export) error {
	if e.Connection == "" {
		return e.NoConnection()
	}
	over, err := r.Connection(ctx, e.Connection)
	if err != nil {
		return err
	}
	return MayRunOver(ctx, r, over)
}

// MayRunOver fails with CodeNeedsExportUser if nobody is left on whose behalf exports over the connection run (S29).
func MayRunOver(ctx context.Context, r Reader, over activation.Connection) error {
	return over.MayRun(func(id activation.PersonID) (activation.Person, error) { return r.Person(ctx, id) })
}

// Impediment is the status of an export that cannot run at all, whatever became of its runs; empty where nothing keeps it from
// running. Lists of exports, the status and notices all ask here.
func Impediment(ctx context.Context, r Reader, e activation.Export) (activation.RunStatus, error) {
	switch err := MayRun(ctx, r, e); activation.CodeOf(err) {
	case "":
		return "", nil
	case activation.CodeNoConnection:
		return activation.StatusNoConnection, nil
	case activation.CodeNeedsExportUser:
		return activation.StatusNeedsExportUser, nil
	default:
		return "", err
	}
}
