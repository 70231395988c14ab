package wire

import (
	"time"

	"segue/internal/activation"
)

// ExportUser is on whose behalf the exports over a connection run.
type ExportUser struct {
	Kind     string    `json:"kind" enum:"none,person,machine" doc:"machine: whoever can read the data folder, that is the server's machine"`
	PersonID string    `json:"person_id,omitempty"`
	Name     string    `json:"name,omitempty" doc:"What the person was called when they confirmed"`
	At       time.Time `json:"at,omitzero" doc:"When they confirmed"`
}

// Detachment says since when an export has no connection. Whom it owns on lists it goes on owning.
type Detachment struct {
	At         time.Time `json:"at"`
	By         string    `json:"by,omitempty"`
	Connection string    `json:"connection" doc:"The name of the connection that it had"`
	Company    string    `json:"company,omitempty" doc:"The account that it went to; over another connection to it, it goes on where it was"`
}

// Contract compares segments with what the account's contract allows.
type Contract struct {
	Limit    int64             `json:"limit,omitempty" doc:"How many contacts the contract allows; absent if nobody entered it, and for contributors"`
	Contacts *int64            `json:"contacts,omitempty" doc:"How many the account held when it was last checked; absent for contributors"`
	Segments []ContractSegment `json:"segments" nullable:"false"`
}

// ContractSegment is a segment beside the contract.
type ContractSegment struct {
	SegmentID string `json:"segment_id"`
	Name      string `json:"name"`
	Members   int64  `json:"members"`
	Larger    bool   `json:"larger" doc:"It is larger than the contract allows"`
}

// RemovalInput says what becomes of the exports that use a connection.
type RemovalInput struct {
	Exports []ExportEnd `json:"exports" nullable:"false" maxItems:"10000" doc:"Every export that uses the connection, once"`
}

// ExportEnd says what becomes of an export.
type ExportEnd struct {
	ExportID string `json:"export_id" maxLength:"200"`
	Do       string `json:"do" enum:"remove,detach" doc:"remove: it is gone, its list stays as it is; detach: it keeps its definition and does not run"`
}

// Removal is how far the removal of a connection has got.
type Removal struct {
	KeyDestroyed bool      `json:"key_destroyed" doc:"The stored key is destroyed already; else it is once the runs have stopped"`
	KeyUntil     time.Time `json:"key_until,omitzero" doc:"When it is destroyed at the latest"`
	RunIDs       []string  `json:"run_ids" nullable:"false" doc:"Runs that stop"`
}

// AttachInput gives a detached export a connection.
type AttachInput struct {
	ConnectionID string `json:"connection_id" maxLength:"200"`
	ListID       int64  `json:"list_id,omitempty" minimum:"0" doc:"Required where the connection leads to another account than before; else the list it had"`
}

// DuplicateInput names the copy of an export or a segment.
type DuplicateInput struct {
	Name string `json:"name" maxLength:"480"`
}

// ScheduleExports gives several exports a schedule.
type ScheduleExports struct {
	ExportIDs []string       `json:"export_ids" nullable:"false" minItems:"1" maxItems:"500"`
	Schedule  ExportSchedule `json:"schedule"`
	KeepOwn   bool           `json:"keep_own,omitempty" doc:"Exports with a schedule of their own keep it"`
}

// ScheduledExports is what scheduling several exports has done.
type ScheduledExports struct {
	Changed []Export `json:"changed" nullable:"false"`
	Kept    []Export `json:"kept" nullable:"false" doc:"Those that keep a schedule of their own"`
}

func fromExportUser(u activation.ExportUser) *ExportUser {
	w := &ExportUser{Kind: string(u.Kind), PersonID: string(u.Person), Name: u.Name, At: utc(u.At)}
	if w.Kind == "" {
		w.Kind = "none"
	}
	return w
}

func fromDetachment(d *activation.Detachment) *Detachment {
	if d == nil {
		return nil
	}
	return &Detachment{At: utc(d.At), By: d.By, Connection: d.Name, Company: d.Company}
}
