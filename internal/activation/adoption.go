package activation

import "time"

// Adoption is what became of those whom exports had left behind on a list when another one adopted them (S20). People are counted
// by their addresses.
type Adoption struct {
	List ListID    `json:"list"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	// Owned are the export's own now and not acknowledged: whom it wants it sends again, the others leave with its next run.
	Owned int64 `json:"owned"`
	// ThereBefore were on the list before Segue (S19), Kept were kept on it when they left: neither leaves by itself.
	ThereBefore int64 `json:"there_before"`
	Kept        int64 `json:"kept"`
	// Known are those of the export already.
	Known int64 `json:"known"`
}

// People is how many were adopted.
func (a Adoption) People() int64 { return a.Owned + a.ThereBefore + a.Kept + a.Known }
