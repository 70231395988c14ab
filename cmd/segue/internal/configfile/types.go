// Package configfile owns the configuration files that segue apply reads and segue config export writes: what may stand in them, where it
// stands, and every mistake that can be seen in them. Names are what things are known by. It knows no server and makes no call; what the
// server has comes in as another File.
package configfile

import "segue/internal/activation"

// File is what configuration files hold, several of them put together. A section that is absent says nothing of its things.
type File struct {
	Sources         []Source                    `json:"sources,omitempty" nullable:"false" doc:"Data sources"`
	Profile         *Profile                    `json:"profile,omitempty" doc:"How rows of the sources become profiles"`
	Relationships   []Relationship              `json:"relationships,omitempty" nullable:"false" doc:"Which rows belong to which"`
	Segments        []Segment                   `json:"segments,omitempty" nullable:"false"`
	Connections     []Connection                `json:"connections,omitempty" nullable:"false" doc:"Accounts at destinations; one that is made by a file is a draft, over which nothing runs before segue connection agree"`
	Exports         []Export                    `json:"exports,omitempty" nullable:"false"`
	RefreshSchedule *activation.RefreshSchedule `json:"refresh_schedule,omitempty" doc:"When everything is refreshed"`
}

// Source is a data source. Exactly a path or a database is given.
type Source struct {
	Name       string                             `json:"name" doc:"Unique; also the name of the source's table"`
	Was        string                             `json:"was,omitempty" doc:"The name that it had until now, to rename it"`
	Kind       activation.SourceKind              `json:"kind,omitempty" enum:"csv,ndjson,parquet,postgresql,mysql" doc:"Told by the name of the file if absent"`
	Path       string                             `json:"path,omitempty" doc:"A file in a source folder of the server; with * and ? several files of one shape"`
	CSV        *activation.CSVOptions             `json:"csv,omitempty"`
	Database   *Database                          `json:"database,omitempty"`
	Columns    map[string]activation.ColumnOption `json:"columns,omitempty" doc:"Columns whose type is stated rather than found out"`
	MaxBadRows float64                            `json:"max_bad_rows,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"The share of rows (above 0, at most 1) that may be unreadable. Defaults to 0.01"`
	MaxShrink  float64                            `json:"max_shrink,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"The share (above 0, at most 1) by which the table may shrink. Defaults to 0.3"`
}

// Database is where the rows of a source in a database lie.
type Database struct {
	activation.DatabaseOptions
	PasswordEnv string `json:"password_env,omitempty" doc:"The environment variable that holds the password; never the password itself"`
}

// Profile says how rows become profiles.
type Profile struct {
	Fields       []Field                 `json:"fields" nullable:"false"`
	Tables       []Table                 `json:"tables" nullable:"false" doc:"The sources whose rows become profiles; of several, the keys of the first are the ids"`
	Rules        []activation.MatchRule  `json:"rules,omitempty" nullable:"false" doc:"How rows are matched, in order of precedence"`
	Survivorship map[string]Survivorship `json:"survivorship,omitempty" doc:"Which value a profile gets, by field"`
	MaxBlock     int                     `json:"max_block,omitempty" doc:"Up to how many rows that agree in all equal conditions are compared. Defaults to 100"`
	Region       string                  `json:"region,omitempty" doc:"The ISO 3166 region of phones without a prefix, such as HR"`
}

// Field is a field of the profile.
type Field struct {
	Name     string                  `json:"name"`
	Type     activation.FieldType    `json:"type"`
	Semantic activation.SemanticType `json:"semantic,omitempty" doc:"What it means; absent if nothing special"`
}

// Table is a source whose rows become profiles.
type Table struct {
	Source  string            `json:"source"`
	Key     string            `json:"key" doc:"The column that names its rows"`
	Columns map[string]string `json:"columns" doc:"The columns by the names of the fields that they feed"`
}

// Survivorship says which value of several a profile gets.
type Survivorship struct {
	Method  activation.Survivor `json:"method" enum:"source_order,most_recent,most_complete,most_frequent"`
	Sources []string            `json:"sources,omitempty" nullable:"false" doc:"For source_order: the most trusted first"`
	By      string              `json:"by,omitempty" doc:"For most_recent: the date field"`
}

// Relationship says which row of another table, or which profile, a row belongs to.
type Relationship struct {
	Name string               `json:"name" doc:"Unique; rules state their way by it"`
	From string               `json:"from" doc:"The source whose rows belong to something"`
	To   string               `json:"to,omitempty" doc:"The source that they belong to; absent for the profiles"`
	Keys []activation.KeyPair `json:"keys" nullable:"false" doc:"The columns that agree"`
}

// Segment is a definition of who is selected. In its rules segments are named by their names.
type Segment struct {
	Name        string                      `json:"name"`
	Was         string                      `json:"was,omitempty" doc:"The name that it had until now, to rename it"`
	Description string                      `json:"description,omitempty"`
	Rules       []activation.SegmentRule    `json:"rules" nullable:"false" doc:"As docs/rules.md describes them; a segment in a rule is named by its name"`
	TimeZone    string                      `json:"time_zone,omitempty" doc:"The IANA zone of relative dates. Defaults to UTC"`
	Schedule    *activation.SegmentSchedule `json:"schedule,omitempty" doc:"When it is evaluated. Defaults to with_refresh"`
}

// Connection is an account at a destination. Its key is in the environment.
type Connection struct {
	Name         string                     `json:"name"`
	Was          string                     `json:"was,omitempty" doc:"The name that it had until now, to rename it"`
	Type         activation.DestinationType `json:"type,omitempty" enum:"brevo" doc:"Defaults to brevo"`
	BaseURL      string                     `json:"base_url,omitempty" doc:"Defaults to the destination's own address"`
	KeyEnv       string                     `json:"key_env" doc:"The environment variable that holds the API key; never the key itself"`
	Shared       bool                       `json:"shared,omitempty" doc:"Contributors may use it, and not only administrators"`
	ContactLimit int64                      `json:"contact_limit,omitempty" doc:"How many contacts the account's contract allows"`
	Mirror       *bool                      `json:"mirror,omitempty" doc:"Whether runs read the account's contacts. Defaults to true; false is risky"`
	ClearEmpty   bool                       `json:"clear_empty,omitempty" doc:"Whether values that are missing empty what the destination has, once a run has proved it"`
}

// Export says which segments go over which connection, to which list, with which fields.
type Export struct {
	Name       string                     `json:"name"`
	Was        string                     `json:"was,omitempty" doc:"The name that it had until now, to rename it"`
	Connection string                     `json:"connection"`
	List       List                       `json:"list" doc:"The number of a list of the account, or its name, which is looked up when the file is applied"`
	Segments   []string                   `json:"segments" nullable:"false"`
	Mapping    activation.Mapping         `json:"mapping"`
	Leavers    activation.LeaversPolicy   `json:"leavers,omitempty" enum:"remove,keep" doc:"What happens to people who leave the segments. Defaults to remove"`
	TakeOver   bool                       `json:"take_over,omitempty" doc:"People who are on the list already count as sent by this export"`
	TimeZone   string                     `json:"time_zone,omitempty" doc:"The IANA zone of relative dates. Defaults to UTC"`
	Schedule   *activation.ExportSchedule `json:"schedule,omitempty" doc:"When it runs by itself. Defaults to with_refresh"`
	Freshness  int64                      `json:"freshness_minutes,omitempty" doc:"Within how many minutes a run must have succeeded"`
}

// Names of the sections, as files and plans write them.
const (
	Sources         = "sources"
	ProfileSection  = "profile"
	Relationships   = "relationships"
	Segments        = "segments"
	Connections     = "connections"
	Exports         = "exports"
	RefreshSchedule = "refresh_schedule"
)
