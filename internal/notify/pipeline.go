package notify

import (
	"context"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/store"
)

// newestRefreshes is how many refreshes are looked at; two never overlap, and each takes longer than the time between two looks.
const newestRefreshes = 10

// pipeline looks at sources, the profile and segments, which are worked by refreshes. What comes of exports their runs tell, and
// what was skipped is told by what failed.
func (w *watch) pipeline(ctx context.Context, r store.Reader) error {
	if err := w.subjects(ctx, r); err != nil {
		return err
	}
	list, _, err := r.Refreshes(ctx, store.Page{Limit: newestRefreshes})
	if err != nil {
		return err
	}
	for i := len(list) - 1; i >= 0; i-- { // oldest first
		for _, t := range list[i].Tasks {
			w.task(list[i].ID, t)
		}
	}
	if err := w.evaluations(ctx, r); err != nil {
		return err
	}
	return w.byHand(ctx, r)
}

// evaluations looks at segments that are evaluated by themselves.
func (w *watch) evaluations(ctx context.Context, r store.Reader) error {
	for _, id := range w.stored {
		list, err := r.Evaluations(ctx, id, newestRefreshes)
		if err != nil {
			return err
		}
		for _, x := range slices.Backward(list) { // oldest first
			for _, t := range x.Tasks {
				w.task(x.ID, t)
			}
		}
	}
	return nil
}

// subjects lists what there is, so that what was removed is forgotten.
func (w *watch) subjects(ctx context.Context, r store.Reader) error {
	add := func(kind activation.TaskKind, object string) {
		x := w.subject(kind, object)
		w.after[x.Subject] = x
	}
	add(activation.TaskProfile, "")
	sources, err := store.Every(func(p store.Page) ([]activation.Source, string, error) { return r.Sources(ctx, p) })
	if err != nil {
		return err
	}
	for _, x := range sources {
		add(activation.TaskSource, string(x.ID))
	}
	segments, err := store.Every(func(p store.Page) ([]activation.Segment, string, error) { return r.Segments(ctx, p) })
	for _, x := range segments {
		add(activation.TaskSegment, string(x.ID))
		if x.Schedule.Stored() {
			w.stored = append(w.stored, x.ID)
		}
	}
	return err
}

// task looks at a task of a refresh.
func (w *watch) task(in activation.RefreshID, t activation.Task) {
	subject := string(t.Kind) + ":" + t.Object
	x, there := w.after[subject]
	if !there || t.Kind == activation.TaskExport || !t.Status.Final() || in <= x.Seen {
		return
	}
	x.Seen = in
	about := activation.Notice{Task: t.Kind, Object: t.Object, Name: t.Name, Code: t.Code, Error: t.Error, Remedy: t.Remedy}
	switch t.Status {
	case activation.StatusFailed:
		w.enter(&x, activation.StatusFailed, about)
	case activation.StatusSuccessful:
		w.leave(&x, activation.Notice{Task: t.Kind, Object: t.Object, Name: t.Name})
	}
	w.after[subject] = x
}

// byHand looks whether what failed in a refresh was done since by a person.
func (w *watch) byHand(ctx context.Context, r store.Reader) error {
	for subject, x := range w.after {
		if x.Trouble == "" {
			continue
		}
		var err error
		if subject == string(activation.TaskProfile)+":" {
			err = w.built(ctx, r, &x)
		} else if id, ok := strings.CutPrefix(subject, string(activation.TaskSource)+":"); ok {
			err = w.ingested(ctx, r, &x, activation.SourceID(id))
		}
		if err != nil {
			return err
		}
		w.after[subject] = x
	}
	return nil
}

func (w *watch) built(ctx context.Context, r store.Reader, x *activation.TaskState) error {
	d, err := r.Profile(ctx)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil
	}
	if err == nil && d.Build != nil && d.Build.At.After(x.Since) {
		w.leave(x, activation.Notice{Task: activation.TaskProfile, Name: "profile"})
	}
	return err
}

func (w *watch) ingested(ctx context.Context, r store.Reader, x *activation.TaskState, id activation.SourceID) error {
	src, err := r.Source(ctx, id)
	if err == nil && src.Ingest != nil && src.Ingest.At.After(x.Since) {
		w.leave(x, activation.Notice{Task: activation.TaskSource, Object: string(id), Name: src.Name})
	}
	return err
}
