package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/export"
	"segue/internal/ledger"
)

// TakenFrom is an attribute that was taken over from another export.
type TakenFrom struct {
	ExportID  string `json:"export_id"`
	Export    string `json:"export" doc:"Its name"`
	Attribute string `json:"attribute"`
	Field     string `json:"field" doc:"The field that it was fed from"`
}

// ExportPeople counts those of an export on lists.
type ExportPeople struct {
	ListID    int64      `json:"list_id" doc:"The list that the export goes to now"`
	Lists     []OnList   `json:"lists" nullable:"false" doc:"The lists on which it has somebody, those that it went to before among them"`
	Orphaned  int64      `json:"orphaned" doc:"People on its list whom exports that are gone left behind; they can be adopted"`
	Adoptions []Adoption `json:"adoptions" nullable:"false" doc:"What it has adopted, oldest first"`
}

// OnList counts an export's people on a list.
type OnList struct {
	ListID       int64 `json:"list_id"`
	Owned        int64 `json:"owned" doc:"People who leave the list when the export stops wanting them, unless another export owns them as well"`
	ThereBefore  int64 `json:"there_before" doc:"People who were on the list before; they stay"`
	Kept         int64 `json:"kept" doc:"People who left the segments and were kept on the list"`
	Orphaned     int64 `json:"orphaned" doc:"People whom it left behind itself"`
	Acknowledged int64 `json:"acknowledged" doc:"Those of all of them whose values are in step"`
}

// Adoption is what became of those whom exports had left behind on a list.
type Adoption struct {
	ListID      int64     `json:"list_id"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
	Owned       int64     `json:"owned" doc:"The export's own now: whom it wants is sent again, the others leave with its next run, under the mass-change brake"`
	ThereBefore int64     `json:"there_before" doc:"On the list before Segue; they stay"`
	Kept        int64     `json:"kept" doc:"Kept on the list when they left; they stay until the kept are removed"`
	Known       int64     `json:"known" doc:"The export's already"`
}

// FromPeople makes the JSON of an export's people.
func FromPeople(p export.People) ExportPeople {
	return ExportPeople{
		ListID: int64(p.List), Orphaned: p.Orphans, Adoptions: each(p.Adoptions, FromAdoption),
		Lists: each(p.Lists, func(h ledger.Holding) OnList {
			return OnList{ListID: int64(h.List), Owned: h.Owned, ThereBefore: h.ThereBefore, Kept: h.Kept, Orphaned: h.Orphaned, Acknowledged: h.Acknowledged}
		}),
	}
}

// FromAdoption makes the JSON of an adoption.
func FromAdoption(a activation.Adoption) Adoption {
	return Adoption{ListID: int64(a.List), By: a.By, At: utc(a.At), Owned: a.Owned, ThereBefore: a.ThereBefore, Kept: a.Kept, Known: a.Known}
}

// FromFeeds makes the JSON of attributes that were taken over.
func FromFeeds(list []export.Feed) []TakenFrom {
	return each(list, func(f export.Feed) TakenFrom {
		return TakenFrom{ExportID: string(f.Export.ID), Export: f.Export.Name, Attribute: f.Attribute, Field: f.Field}
	})
}
