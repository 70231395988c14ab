package wire

import (
	"time"

	"segue/internal/activation"
)

// Export says which segments go over which connection, to which list, with which fields.
type Export struct {
	ID           string         `json:"id"`
	Name         string         `json:"name" doc:"Unique"`
	ConnectionID string         `json:"connection_id"`
	Connection   ConnectionName `json:"connection" doc:"Name and type of the connection; without a name for a detached export"`
	Detached     *Detachment    `json:"detached,omitempty" doc:"Since when it has no connection"`
	Removing     bool           `json:"removing,omitempty" doc:"It is removed as soon as its runs have stopped"`
	Permissions  string         `json:"your_permissions" enum:"edit,view" doc:"Whether you may change and run it, or look at it only"`
	ListID       int64          `json:"list_id"`
	ListName     string         `json:"list_name,omitempty" doc:"The list's name when it was chosen"`
	SegmentIDs   []string       `json:"segment_ids" nullable:"false"`
	Mapping      Mapping        `json:"mapping"`
	Leavers      string         `json:"leavers" enum:"remove,keep" doc:"What happens to people who leave the segments"`
	TakeOver     bool           `json:"take_over" doc:"People who were on the list before count as sent by this export"`
	TimeZone     string         `json:"time_zone,omitempty" doc:"The IANA zone of relative dates; UTC if absent"`
	Schedule     ExportSchedule `json:"schedule" doc:"When it runs by itself"`
	Freshness    *Freshness     `json:"freshness,omitempty" doc:"Within which time a run must have succeeded, where that is asked for"`
	Status       RunStatus      `json:"status" doc:"The status of the latest run that is no dry run; no_connection or needs_export_user where it cannot run"`
	OutOfStep    *OutOfStep     `json:"out_of_step,omitempty" doc:"Why its list is not as its segments say; absent where it is, and for an export without a connection"`
	LatestRun    *Run           `json:"latest_run,omitempty" doc:"The latest run that is no dry run"`
	ListSize     *ListSize      `json:"list_size,omitempty" doc:"How many people the list held after the latest run that asked the destination"`
	TakenFrom    []TakenFrom    `json:"taken_from,omitempty" nullable:"false" doc:"What was taken over from other exports; only in the answer to the request that did it"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	Version      int64          `json:"version"`
}

// ConnectionName is what everybody may know of a connection.
type ConnectionName struct {
	Name string `json:"name"`
	Type string `json:"type" enum:"brevo"`
	// Draft is why an export needs an export user where nobody has agreed yet.
	Draft bool `json:"draft,omitempty" doc:"It is a draft: an administrator has to agree to the data privacy statement before exports over it run"`
}

// What a caller may do with an export.
const (
	PermissionEdit = "edit"
	PermissionView = "view"
)

// ExportInput describes an export to be made.
type ExportInput struct {
	Name         string         `json:"name" maxLength:"480"`
	ConnectionID string         `json:"connection_id" maxLength:"200"`
	ListID       int64          `json:"list_id" doc:"The number of a list of the account"`
	SegmentIDs   []string       `json:"segment_ids" nullable:"false" maxItems:"500"`
	Mapping      Mapping        `json:"mapping"`
	Leavers      string         `json:"leavers,omitempty" enum:"remove,keep" default:"remove"`
	TakeOver     bool           `json:"take_over,omitempty"`
	TimeZone     string         `json:"time_zone,omitempty" maxLength:"100"`
	Schedule     ExportSchedule `json:"schedule,omitzero" doc:"With every scheduled refresh if absent"`
	// TakeAttributes is an order, no part of the definition.
	TakeAttributes []string `json:"take_attributes,omitempty" nullable:"false" maxItems:"500" doc:"Attributes to take over from exports of the account that feed them from another field: they are removed from the mapping of those"`
}

// ExportUpdate replaces the definition of an export.
type ExportUpdate struct {
	ExportInput
	Version int64 `json:"version" minimum:"1" doc:"The version that was read"`
}

// Mapping says which profile fields go where.
type Mapping struct {
	Email      string             `json:"email" maxLength:"480" doc:"The field that holds the address"`
	Attributes []AttributeMapping `json:"attributes" required:"false" nullable:"false" maxItems:"500"`
}

// AttributeMapping feeds an attribute of the account from a profile field.
type AttributeMapping struct {
	Attribute string `json:"attribute" maxLength:"100" example:"FIRSTNAME"`
	Field     string `json:"field" maxLength:"480"`
}

// FromExport makes the JSON of an export over a connection; latest is its latest run that is no dry run, nil if there
// is none; edit says whether the caller may change it.
func FromExport(e activation.Export, over activation.Connection, latest *activation.Run, edit bool) Export {
	w := Export{
		ID: string(e.ID), Name: e.Name, ConnectionID: string(e.Connection), ListID: int64(e.List), ListName: e.ListName,
		SegmentIDs: each(e.Segments, func(s activation.SegmentID) string { return string(s) }),
		Mapping: Mapping{Email: e.Mapping.Email, Attributes: each(e.Mapping.Attributes, func(a activation.AttributeMapping) AttributeMapping {
			return AttributeMapping(a)
		})},
		Leavers: string(e.Leavers), TakeOver: e.TakeOver, TimeZone: e.TimeZone, Schedule: FromExportSchedule(e.Schedule), Status: RunStatus(activation.StatusNotStarted),
		CreatedAt: utc(e.CreatedAt), UpdatedAt: utc(e.UpdatedAt), Version: e.Version,
	}
	if latest != nil {
		r := FromRun(*latest)
		w.LatestRun, w.Status = &r, r.Status
	}
	w.Detached, w.Removing = fromDetachment(e.Detached), e.Removing
	w.Connection, w.Permissions = ConnectionName{Name: over.Name, Type: string(over.Type), Draft: over.Name != "" && over.Draft()}, PermissionView
	if w.Connection.Type == "" {
		w.Connection.Type = string(activation.DestinationBrevo)
	}
	if edit {
		w.Permissions = PermissionEdit
	}
	return w
}

// Domain turns the input into an export without an id.
func (i ExportInput) Domain() activation.Export {
	e := activation.Export{
		Name: i.Name, Connection: activation.ConnectionID(i.ConnectionID), List: activation.ListID(i.ListID),
		Segments: each(i.SegmentIDs, func(s string) activation.SegmentID { return activation.SegmentID(s) }),
		Mapping:  activation.Mapping{Email: i.Mapping.Email}, Leavers: activation.LeaversPolicy(i.Leavers), TakeOver: i.TakeOver, TimeZone: i.TimeZone,
		Schedule: i.Schedule.Domain(),
	}
	for _, a := range i.Mapping.Attributes {
		e.Mapping.Attributes = append(e.Mapping.Attributes, activation.AttributeMapping(a))
	}
	if e.Leavers == "" {
		e.Leavers = activation.LeaversRemove
	}
	return e
}

// Domain turns the update into the export with the id.
func (u ExportUpdate) Domain(id string) activation.Export {
	e := u.ExportInput.Domain()
	e.ID, e.Version = activation.ExportID(id), u.Version
	return e
}
