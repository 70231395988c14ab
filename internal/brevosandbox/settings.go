package brevosandbox

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Settings are the behaviours of Brevo that public documents leave open, the
// time that processes take, and the limits. An empty field means the first
// value named in its tag; text fields accept only the values named there. The
// effect of each value is described in docs/sandbox.md.
type Settings struct {
	// Tier of the rate limits.
	Tier string `json:"tier,omitempty" values:"general,off,advanced,extended"`
	// ProcessesLimited says whether /processes is counted in the 100-an-hour bucket.
	ProcessesLimited string `json:"processes_limited,omitempty" values:"yes,no"`
	// ProcessesHeaders says whether /processes answers with the rate headers.
	ProcessesHeaders string `json:"processes_headers,omitempty" values:"yes,no"`

	// ImportBooleans: which spellings of a boolean an import stores; all others
	// are dropped without a word.
	ImportBooleans string `json:"import_booleans,omitempty" values:"words,all,none"`
	// ImportDates: iso is yyyy-mm-dd only; lenient also takes dd-mm-yyyy and dd/mm/yyyy.
	ImportDates string `json:"import_dates,omitempty" values:"lenient,iso"`
	// ExistingNotUpdated: whether an existing contact joins the list when
	// updateExistingContacts is false.
	ExistingNotUpdated string `json:"existing_not_updated,omitempty" values:"joins,stays_out"`
	// ImportBlocklist: whether importing a blocklisted contact keeps it blocklisted.
	ImportBlocklist string `json:"import_blocklist,omitempty" values:"kept,lifted"`
	// InvalidPhone in an import: drop the field, or the whole row without report.
	InvalidPhone string `json:"invalid_phone,omitempty" values:"drop_field,drop_row"`
	// SharedIdentifier: an identifier of an imported row belongs to another
	// contact: merge (one of the two is deleted), report_row (the row is reported
	// and not imported), report_field (reported, imported without it).
	SharedIdentifier string `json:"shared_identifier,omitempty" values:"merge,report_row,report_field"`
	// SoleMatch: the only contact that a row matches is found by an identifier of
	// lower rank than the row's own address: update changes that contact's address,
	// replace deletes it and creates a new one.
	SoleMatch string `json:"sole_match,omitempty" values:"update,replace"`
	// DuplicateRows: a second row of one import for the same contact is reported
	// and ignored, or merged over the first.
	DuplicateRows string `json:"duplicate_rows,omitempty" values:"report,merge"`
	// UnknownList: an import into a list that does not exist.
	UnknownList string `json:"unknown_list,omitempty" values:"400,404,failed"`
	// ListGone: a list that is deleted while an import into it is under way.
	ListGone string `json:"list_gone,omitempty" values:"completed,failed"`
	// EmptyAbsent: with emptyContactsAttributes, whether attributes that a row
	// does not name are kept or cleared.
	EmptyAbsent string `json:"empty_absent,omitempty" values:"kept,cleared"`
	// JSONNull: with emptyContactsAttributes, whether null in a jsonBody counts
	// as an empty value or as an absent one.
	JSONNull string `json:"json_null,omitempty" values:"empty,absent"`
	// CSVQuotes: whether a fileBody is read with RFC 4180 quotes, or quotes are text.
	CSVQuotes string `json:"csv_quotes,omitempty" values:"text,rfc4180"`
	// Imports of one account wait for each other or run side by side.
	Imports string `json:"imports,omitempty" values:"queue,parallel"`
	// RunningStatus is the word for a process under way.
	RunningStatus string `json:"running_status,omitempty" values:"in_process,processing"`
	// ReportLinks: a report of a process is one address or an array of them.
	ReportLinks string `json:"report_links,omitempty" values:"string,array"`
	// OversizeStatus answers an import over the size limit.
	OversizeStatus string `json:"oversize_status,omitempty" values:"400,413"`
	// OversizeOf: what the size limit is measured on.
	OversizeOf string `json:"oversize_of,omitempty" values:"request,field"`
	// Credits of the plan are a number or a string.
	Credits string `json:"credits,omitempty" values:"number,string"`
	// BuiltinsListed: whether EXT_ID, WHATSAPP, LANDLINE_NUMBER are among the attributes.
	BuiltinsListed string `json:"builtins_listed,omitempty" values:"no,yes"`
	// EmaillessContacts are shown without e-mail or with a made-up placeholder.
	EmaillessContacts string `json:"emailless_contacts,omitempty" values:"absent,placeholder"`
	// CategoryReads: a category value is read back as its label or its number.
	CategoryReads string `json:"category_reads,omitempty" values:"label,value"`
	// ListChangeModifies: whether joining or leaving a list changes modifiedAt.
	ListChangeModifies string `json:"list_change_modifies,omitempty" values:"yes,no"`

	// ImportSizeLimit in bytes. Defaults to 10 MiB.
	ImportSizeLimit int `json:"import_size_limit,omitempty"`
	// ListCountLag is how long a list's size stays old after a change. Defaults to 0.
	ListCountLag Duration `json:"list_count_lag,omitempty"`
	// ProcessListLag is how long GET /processes does not show a new process. Defaults to 0.
	ProcessListLag Duration `json:"process_list_lag,omitempty"`
	// ReportLifetime is how long a report can be downloaded. Defaults to 24 h.
	ReportLifetime Duration `json:"report_lifetime,omitempty"`

	// QueueDelay is how long a process is queued at least. Defaults to 0.
	QueueDelay Duration `json:"queue_delay,omitempty"`
	// ImportFixed is the part of an import's duration that does not depend on its
	// size. Defaults to 0; with everything at 0 an import is complete at the next look.
	ImportFixed Duration `json:"import_fixed,omitempty"`
	// ImportPerContact is added for each row. Defaults to 0.
	ImportPerContact Duration `json:"import_per_contact,omitempty"`
	// RemoveAllTime is what a removal with all takes. Defaults to 0.
	RemoveAllTime Duration `json:"remove_all_time,omitempty"`
	// ExportTime is what an export takes. Defaults to 0.
	ExportTime Duration `json:"export_time,omitempty"`
}

// DefaultSettings are the settings of a sandbox that is told nothing.
func DefaultSettings() Settings {
	s, _ := Settings{}.withDefaults()
	return s
}

// withDefaults fills in what is empty and refuses unknown values.
func (s Settings) withDefaults() (Settings, error) {
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		allowed := tag.Get("values")
		if allowed == "" {
			continue
		}
		values := strings.Split(allowed, ",")
		field := v.Field(i)
		if field.String() == "" {
			field.SetString(values[0])
		}
		if !slices.Contains(values, field.String()) {
			name, _, _ := strings.Cut(tag.Get("json"), ",")
			return s, fmt.Errorf("sandbox: setting %s: %q is not one of %s", name, field.String(), allowed)
		}
	}
	if s.ImportSizeLimit == 0 {
		s.ImportSizeLimit = 10 << 20
	}
	if s.ReportLifetime == 0 {
		s.ReportLifetime = Duration(24 * time.Hour)
	}
	return s, nil
}
