// Package warehouse is the port to the engine that holds tables and profiles: it answers who is in a segment, with
// which values. It knows no destination, no ledger and no run.
//
// Everything in a warehouse can be rebuilt from the sources, but for the ids that unified profiles have (see Unifier). Reads see one
// consistent snapshot each.
package warehouse

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Warehouse holds one table for each data source and the profile table made from them.
type Warehouse interface {
	// Load reads the rows of a source into its table and replaces the table atomically, or fails and leaves the old
	// one untouched. Rows that cannot be read are quarantined. Of rows that were read and refused the Ingest tells with the error
	// how many these were, and nothing else.
	Load(ctx context.Context, r LoadRequest) (activation.Ingest, error)
	// Preview reads the beginning of a source: columns with inferred types, a few rows as text.
	Preview(ctx context.Context, r LoadRequest, rows int) (Preview, error)
	// Quarantine returns the rows that could not be read: of the last load if it was refused and had some, else of the last successful one.
	Quarantine(ctx context.Context, id activation.SourceID, offset, limit int) ([]BadRow, error)
	// DropTable forgets the table of a source.
	DropTable(ctx context.Context, id activation.SourceID) error

	// BuildProfiles makes the profile table anew from its definition and replaces the old one atomically. It checks
	// that the key is present and unique, normalises addresses (S3) and phones (S9), and chooses winners (S5) and
	// consent (S6) for every address once, for all exports.
	BuildProfiles(ctx context.Context, d activation.ProfileDefinition, at time.Time) (activation.ProfileBuild, error)
	Unifier
	// Profiles returns profiles whose id, or a text field, holds the search text, ordered by id; an empty text finds all.
	Profiles(ctx context.Context, search, after string, limit int) ([]Profile, error)
	// Profile returns one profile, CodeNotFound if there is none.
	Profile(ctx context.Context, id string) (Profile, error)
	// FieldStats describes the values of a field: how many are missing, how many differ, the most frequent.
	FieldStats(ctx context.Context, field string, top int) (FieldStats, error)

	// Count returns how many profiles the segment selects, and how many each of its rules selects on its own.
	Count(ctx context.Context, e Evaluation) (Counts, error)
	// Look returns what Count does, and the first n members as Sample does, in little more time than the counting alone takes.
	Look(ctx context.Context, e Evaluation, n int) (Counts, []Profile, error)
	// Overlap returns how the members of segments overlap: of two to MaxOverlap, all evaluated on one state.
	Overlap(ctx context.Context, r OverlapRequest) (Overlap, error)
	// Sample returns members of the segment, ordered by id, after the id given.
	Sample(ctx context.Context, e Evaluation, after string, limit int) ([]Profile, error)
	// Evaluate stores the members of the segment in place of those it had, in one step: whoever reads sees all of the old or all
	// of the new ones. Members go with the file, and with Forget.
	Evaluate(ctx context.Context, e Evaluation) (Evaluated, error)
	// Evaluations returns what is stored of segments.
	Evaluations(ctx context.Context) (map[activation.SegmentID]Evaluated, error)
	// Forget drops the stored members of a segment.
	Forget(ctx context.Context, id activation.SegmentID) error
	Historian
	// CheckQueries judges the queries that the segment holds without running them: they may read what they name, and give one column of
	// ids. It fails with CodeInvalid, saying what is wrong, or CodeNotReady without profiles.
	CheckQueries(ctx context.Context, e Evaluation) error
	// TablesOf returns the names, in lower case, of the tables that a query reads, whether they are there or not. A query that is not
	// understood reads none.
	TablesOf(ctx context.Context, query string) ([]string, error)
	// Contains reports whether the profile with the id is in the segment: among its stored members where it keeps them, as in a
	// hand-over, else selected by it. One that is not there is in none.
	Contains(ctx context.Context, e Evaluation, id string) (bool, error)
	// WriteMembers writes the hand-over of a run (see HandOver). Nothing is left at the path if it fails.
	WriteMembers(ctx context.Context, r MembersRequest) (HandOver, error)

	// Size returns the bytes that the warehouse takes on disk.
	Size(ctx context.Context) (int64, error)
	// Close releases the warehouse.
	Close() error
}

// LoadRequest asks for the rows of a source to be read.
type LoadRequest struct {
	Source activation.Source
	// Files are the files of a source of files, in the order in which they are read. They make one table.
	Files []File
	// Feed gives the rows of a source in a database; nil for files.
	Feed Feed
	At   time.Time
	// Force takes the rows over in spite of shrinkage or lost columns.
	Force bool
	// Required are columns that must be there (those the profile is made from).
	Required []string
}

// File is a file to be read. Path is absolute, without links, and was checked against the configured folders; Name is
// what people know it by.
type File struct {
	Path, Name string
}

// Feed gives rows that do not lie in files, one after the other and from one state of what they come from.
type Feed interface {
	// Read tells the columns and then each row, at most limit of them (0: all), in constant memory. Values are text: numbers as
	// decimals, days and instants in ISO 8601 without zone (in UTC), booleans as true and false; nil is a missing one. The
	// row is used again. Errors hold no value, no secret and no text of the database that could.
	Read(ctx context.Context, limit int, columns func([]FeedColumn) error, row func([][]byte) error) error
}

// FeedColumn is a column with a type of its own. Exact says that its numbers may have more digits than a double holds.
type FeedColumn struct {
	Name  string
	Type  activation.FieldType
	Exact bool
}

// Preview is the beginning of a source.
type Preview struct {
	Columns []activation.Column
	Rows    [][]string // text as read; missing values are empty
	// Delimiter and Encoding are how a CSV file is read; empty for others.
	Delimiter, Encoding string
	// Bad are the first rows of the beginning that would be put aside.
	Bad []BadRow
	// Files is how many files the source has; the preview is of the first.
	Files int
}

// BadRow is a row that could not be read. Value is masked: its length and kind of characters, never its content.
type BadRow struct {
	// File is the name of the file; empty for rows of a database, whose lines are their numbers.
	File   string
	Line   int64
	Column string
	Value  string
	Reason string
}

// Profile is one customer. Values are canonical text (see MembersRequest), "" for a missing one, in the order of Fields.
type Profile struct {
	ID     string
	Fields []string
	Values []string
}

// FieldStats describes the values of a field.
type FieldStats struct {
	Profiles int64
	Missing  int64
	Distinct int64 // approximate above a million
	Top      []ValueCount
}

// ValueCount is a value and how often it occurs.
type ValueCount struct {
	Value string
	Count int64
}

// Evaluation says what is evaluated, and as of when (S25).
type Evaluation struct {
	Segment activation.Segment
	AsOf    time.Time
	// Zone is the IANA zone of relative dates; it overrides the segments' own where it is not empty.
	Zone string
	// Scope is what the segment's rules name.
	Scope activation.Scope
}

// Evaluated tells of the stored members of a segment.
type Evaluated struct {
	Members int64
	At      time.Time
	// DataAt is when the rows were taken over that it was evaluated on.
	DataAt time.Time
	// Definition is what they were selected by: activation.Segment.Definition.
	Definition string
}

// Counts are the sizes of a segment and of its rules, each taken alone.
type Counts struct {
	Members int64
	Rules   []int64
	// Unknown is how many ids the segment's queries gave that no profile has; NULL counts as one of each. They select nobody.
	Unknown int64
}

// ProfilesTable is what queries call the profiles.
const ProfilesTable = "profiles"

// What BlockRows rows of a table that follow each other may hold of texts, together. An engine works on so many rows at a time and holds
// their texts several times, whatever its limit of memory is.
const (
	BlockRows  = 2048
	BlockBytes = 64 << 20
)

// Block weighs the rows of a table as they come.
type Block struct {
	rows, bytes int
}

// Add weighs one more row, and reports whether it fits.
func (b *Block) Add(bytes int) bool {
	if b.rows == BlockRows {
		*b = Block{}
	}
	b.rows, b.bytes = b.rows+1, b.bytes+bytes
	return b.bytes <= BlockBytes
}

// TooLarge refuses rows that do not fit; from names what gave them.
func TooLarge(from string) *activation.Error {
	return activation.Errorf(activation.CodeSourceRefused, "%s has rows that are too large: %d of them hold more than %d MiB", from, BlockRows, BlockBytes>>20).
		WithRemedy("Leave the columns with long texts or lists out")
}

// MaxOverlap is how many segments may be held against each other at once.
const MaxOverlap = 6

// OverlapRequest asks how segments overlap. Each is evaluated in its own zone, those that keep their members as well: as Count does.
type OverlapRequest struct {
	Segments []activation.Segment
	AsOf     time.Time
	Scope    activation.Scope
}

// Overlap tells how segments overlap.
type Overlap struct {
	// Regions are the profiles by the segments that they are in: Regions[m] counts those that are in the segment i exactly where
	// the bit i of m is set. Regions[0] counts those that are in none.
	Regions []int64
	// Snapshot is the build that was looked at, DataAt when its rows were taken over.
	Snapshot int64
	DataAt   time.Time
}

// Members returns how many are in the segment i.
func (o Overlap) Members(i int) int64 { return o.Common(1 << i) }

// Common returns how many are in all segments whose bits are set in the mask, whatever else they are in.
func (o Overlap) Common(mask int) (n int64) {
	for m, c := range o.Regions {
		if m&mask == mask {
			n += c
		}
	}
	return n
}

// MembersRequest asks for the members of the union of segments with the values of a mapping.
//
// Canonical text of values: text as stored; numbers as the shortest decimal that reads back equal, without exponent
// below 1e15; days as 2006-01-02; instants as 2006-01-02T15:04:05.999999Z; booleans as true and false.
type MembersRequest struct {
	// Segments are evaluated, but for those that keep their members: of these the stored ones are handed over. One whose members are
	// not stored fails with CodeCannotEvaluate (S27), one whose definition was changed since with CodeUnavailable.
	Segments []activation.Segment
	AsOf     time.Time
	Zone     string
	// Scope is what the segments' rules name.
	Scope   activation.Scope
	Mapping activation.Mapping
	// Dir is the folder for the files, which must exist; Name is the stem of their names.
	Dir, Name string
}

// HandOver is what a warehouse hands to the ledger for one run: three Parquet files.
//
// Members, one row for each distinct profile in the union of the segments, ordered by profile_id:
//
//	profile_id VARCHAR   never NULL
//	address    VARCHAR   normalised (S3); NULL if it is unusable
//	problem    VARCHAR   why the address is unusable (EmailProblem), or the refusal of the address: no_consent,
//	                     consent_conflict (S6, S7); NULL if there is none
//	winner     VARCHAR   profile_id of the winner of the address among all profiles (S5); NULL where address is NULL
//
// and Addresses, one row for each distinct address of a member (whoever won it) that is not refused, ordered by
// address, with the values of its winner, who need not be a member:
//
//	address    VARCHAR   never NULL
//	profile_id VARCHAR   the winner
//	v0, v1 ... VARCHAR   the mapped values in the order of Mapping.Attributes, canonical text, NULL if missing or withheld;
//	                     phones in E.164
//	p0, p1 ... VARCHAR   why an identifier value was withheld: phone_invalid, phone_has_extension ..., phone_shared,
//	                     identifier_shared (two or more winners of different addresses among all profiles have it, S10);
//	                     NULL if it was not, and for attributes that are no identifiers
//
// and Refusals, one row for each distinct refused address among all profiles (S6, S7), ordered by address:
//
//	address    VARCHAR   never NULL
//	reason     VARCHAR   no_consent or consent_conflict
//
// All three are written from one snapshot. Where the profile has no consent field, Refusals has no rows.
type HandOver struct {
	MembersPath   string
	AddressesPath string
	RefusalsPath  string
	Members       int64
	Addresses     int64
	Refusals      int64
	// Snapshot is the build the values come from, DataAt when its rows were taken over from the source.
	Snapshot int64
	DataAt   time.Time
	// Evaluated is when the stored members were evaluated that were used.
	Evaluated map[activation.SegmentID]time.Time
}
