package wire

import (
	"time"

	"segue/internal/activation"
)

// ListSize is how many people a list held, and when.
type ListSize struct {
	At   time.Time `json:"at"`
	Size int64     `json:"size"`
}

// ListSizes is how large the list of an export was over time.
type ListSizes struct {
	ExportID string     `json:"export_id"`
	Sizes    []ListSize `json:"sizes" nullable:"false" doc:"Oldest first"`
}

// FromListSizes makes the JSON of the sizes of a list.
func FromListSizes(l activation.ListSizes) ListSizes {
	return ListSizes{ExportID: string(l.Export), Sizes: each(l.Sizes, func(s activation.ListSize) ListSize { return ListSize{At: utc(s.At), Size: s.Size} })}
}
