package httpapi

import (
	"context"
	"encoding/json"
	"slices"

	"segue/internal/activation"
	"segue/internal/store"
)

// drawn is what names something in the picture that an entry of the audit log holds of it.
type drawn struct {
	Name    string               `json:"name"`
	Person  activation.PersonID  `json:"person"`
	Export  activation.ExportID  `json:"export"`
	Segment activation.SegmentID `json:"segment"`
}

// named answers what the things are called that entries of the audit log are about, in the order of the entries: as they are called now,
// or, of what is gone, as the entry has it. It is empty where neither is known.
func (a *api) named(ctx context.Context, list []activation.AuditEntry) ([]string, error) {
	out := make([]string, len(list))
	known := map[[2]string]string{}
	return out, a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		for i, e := range list {
			was, err := pictured(e)
			if err != nil {
				return err
			}
			key := [2]string{e.Kind, e.ID}
			name, seen := known[key]
			if !seen {
				if name, err = called(ctx, r, e.Kind, e.ID, was); err != nil && activation.CodeOf(err) != activation.CodeNotFound {
					return err
				}
				known[key] = name
			}
			if out[i] = name; name == "" {
				out[i] = was.Name
			}
		}
		return nil
	})
}

// pictured reads what an entry holds of its thing: as it was after the change, or, where it was removed, before.
func pictured(e activation.AuditEntry) (p drawn, err error) {
	for _, text := range []json.RawMessage{e.Before, e.After} {
		if len(text) > 0 {
			if err := json.Unmarshal(text, &p); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// called is what something is called now. Runs and refreshes are called as what they are of, and sessions as whose they are.
func called(ctx context.Context, r store.Reader, kind, id string, was drawn) (string, error) {
	switch kind {
	case "source":
		s, err := r.Source(ctx, activation.SourceID(id))
		return s.Name, err
	case "segment":
		s, err := r.Segment(ctx, activation.SegmentID(id))
		return s.Name, err
	case "relationship":
		list, err := r.Relationships(ctx)
		if i := slices.IndexFunc(list, func(x activation.Relationship) bool { return string(x.ID) == id }); i >= 0 {
			return list[i].Name, err
		}
		return "", err
	case "connection":
		c, err := r.Connection(ctx, activation.ConnectionID(id))
		return c.Name, err
	case "export":
		e, err := r.Export(ctx, activation.ExportID(id))
		return e.Name, err
	case "person":
		p, err := r.Person(ctx, activation.PersonID(id))
		return p.Name, err
	}
	return calledAs(ctx, r, kind, was)
}

// calledAs is what something is called that has no name itself.
func calledAs(ctx context.Context, r store.Reader, kind string, was drawn) (string, error) {
	switch {
	case kind == "session":
		return called(ctx, r, "person", string(was.Person), was)
	case (kind == "run" || kind == "refresh") && was.Export != "":
		return called(ctx, r, "export", string(was.Export), was)
	case kind == "refresh" && was.Segment != "":
		return called(ctx, r, "segment", string(was.Segment), was)
	}
	return "", nil
}
