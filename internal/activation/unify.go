package activation

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of a unification.
const (
	// MaxTables is how many tables profiles can be made from.
	MaxTables = 20
	// MaxMatchRules is how many rules can match rows.
	MaxMatchRules = 50
	// DefaultMaxBlock is up to how many rows that agree in all equal conditions of a rule are compared, unless stated.
	DefaultMaxBlock = 100
	// MostMaxBlock is the highest that can be stated: comparing grows with its square.
	MostMaxBlock = 2_000
	// MaxMatchPairs is how many always and never pairs there can be.
	MaxMatchPairs = 100_000
)

// Unification says how profiles are made from several tables. The first table is the definition's own Source, Key and columns.
type Unification struct {
	// Origin is the table whose keys are the ids of new profiles; other rows get ids that are made for them.
	Origin Origin `json:"origin"`
	// Tables are the tables after the first.
	Tables []UnifyTable `json:"tables,omitempty"`
	// Rules match rows, in order of precedence.
	Rules []MatchRule `json:"rules,omitempty"`
	// MaxBlock is up to how many rows that agree in all equal conditions of a rule are compared. Defaults to DefaultMaxBlock.
	MaxBlock int `json:"max_block,omitempty"`
	// Survivorship says, by the name of the field, which value a profile gets; fields not named get that of the first table
	// that has one, a field that means updated_at the latest.
	Survivorship map[string]Survivorship `json:"survivorship,omitempty"`
}

// Origin is a table and the key column that it had when profiles were first made from it.
type Origin struct {
	Source SourceID `json:"source"`
	Key    string   `json:"key"`
}

// UnifyTable is a table that profiles are made from.
type UnifyTable struct {
	Source SourceID `json:"source"`
	// Key is the column that names its rows; it must be present and unique.
	Key string `json:"key"`
	// Columns are the columns by the names of the fields they feed.
	Columns map[string]string `json:"columns"`
}

// Cleaning is how values are made comparable; what is stored stays as it is.
type Cleaning string

// The cleanings.
const (
	// CleanText folds case, accents and white space.
	CleanText Cleaning = "text"
	// CleanName is text without punctuation, its words in alphabetical order: "Moss, Abbie" is "Abbie Moss".
	CleanName Cleaning = "name"
	// CleanAddress is text without punctuation, usual words for streets and buildings shortened.
	CleanAddress Cleaning = "address"
	// CleanEmail is the normalised address (S3); an unusable one is missing.
	CleanEmail Cleaning = "email"
	// CleanPhone is the phone in E.164 (S9); an unusable one is missing.
	CleanPhone Cleaning = "phone"
)

// Cleanings lists every cleaning.
func Cleanings() []Cleaning {
	return []Cleaning{CleanText, CleanName, CleanAddress, CleanEmail, CleanPhone}
}

// MatchKind is how a condition compares two values.
type MatchKind string

// The kinds of conditions. Missing values never match.
const (
	// MatchExact: the values are equal as they are stored.
	MatchExact MatchKind = "exact"
	// MatchNormalised: the values are equal once cleaned.
	MatchNormalised MatchKind = "normalised"
	// MatchSimilar: the cleaned values have at least the stated Jaro-Winkler similarity.
	MatchSimilar MatchKind = "similar"
)

// MatchKinds lists the kinds.
func MatchKinds() []MatchKind { return []MatchKind{MatchExact, MatchNormalised, MatchSimilar} }

// MatchCondition compares a field of two rows.
type MatchCondition struct {
	Field string    `json:"field"`
	Kind  MatchKind `json:"kind"`
	// Clean is how values are cleaned; empty means by what the field means. Not for exact conditions.
	Clean Cleaning `json:"clean,omitempty"`
	// Similarity is the least Jaro-Winkler similarity, above 0.5 and at most 1; only for similar conditions.
	Similarity float64 `json:"similarity,omitempty"`
}

// MatchException keeps a rule from joining two rows that both have a value of the field which differ once cleaned.
type MatchException struct {
	Field string `json:"field"`
	// Clean is how values are cleaned; empty means by what the field means.
	Clean Cleaning `json:"clean,omitempty"`
}

// MatchRule joins two rows that meet all its conditions and none of its exceptions.
type MatchRule struct {
	Name       string           `json:"name"`
	Conditions []MatchCondition `json:"conditions"`
	Unless     []MatchException `json:"unless,omitempty"`
}

// Survivor is how the value of a field is chosen among the rows of a profile. Missing values never survive present ones.
type Survivor string

// The ways to choose. Ties are broken by source and key of the rows, never by their order.
const (
	SurvivorOrder    Survivor = "source_order"  // the first table, in the order stated, that has a value
	SurvivorRecent   Survivor = "most_recent"   // the row whose date is the latest; rows without one come last
	SurvivorComplete Survivor = "most_complete" // the row that has the most fields
	SurvivorFrequent Survivor = "most_frequent" // the value that the most rows have
)

// Survivors lists the ways to choose.
func Survivors() []Survivor {
	return []Survivor{SurvivorOrder, SurvivorRecent, SurvivorComplete, SurvivorFrequent}
}

// Survivorship says which value of a field a profile gets.
type Survivorship struct {
	Method Survivor `json:"method"`
	// Order lists sources, first the most trusted, for SurvivorOrder; those not listed follow in the order of the definition.
	Order []SourceID `json:"order,omitempty"`
	// By is the date field for SurvivorRecent.
	By string `json:"by,omitempty"`
}

// AllTables lists the tables that profiles are made from, the first one first.
func (d ProfileDefinition) AllTables() []UnifyTable {
	first := UnifyTable{Source: d.Source, Key: d.Key, Columns: map[string]string{}}
	for _, f := range d.Fields {
		if f.Column != "" {
			first.Columns[f.Name] = f.Column
		}
	}
	if d.Unify == nil {
		return []UnifyTable{first}
	}
	return append([]UnifyTable{first}, d.Unify.Tables...)
}

// TableOf returns the table that a source feeds profiles with.
func (d ProfileDefinition) TableOf(id SourceID) (UnifyTable, bool) {
	for _, t := range d.AllTables() {
		if t.Source == id {
			return t, true
		}
	}
	return UnifyTable{}, false
}

// Cleaned returns how a field is cleaned where nothing is stated.
func (f Field) Cleaned() Cleaning {
	switch f.Semantic {
	case SemanticEmail:
		return CleanEmail
	case SemanticPhone:
		return CleanPhone
	case SemanticFirstName, SemanticLastName:
		return CleanName
	}
	return CleanText
}

// Survives returns how the value of a field is chosen.
func (u Unification) Survives(f Field) Survivorship {
	if s, ok := u.Survivorship[f.Name]; ok {
		return s
	}
	if f.Semantic == SemanticUpdatedAt {
		return Survivorship{Method: SurvivorRecent, By: f.Name}
	}
	return Survivorship{Method: SurvivorOrder}
}

// Block returns up to how many rows are compared.
func (u Unification) Block() int {
	if u.MaxBlock == 0 {
		return DefaultMaxBlock
	}
	return u.MaxBlock
}

// validateUnify checks how tables are unified.
func (d ProfileDefinition) validateUnify() error {
	u := d.Unify
	seen := map[SourceID]bool{d.Source: true}
	if len(u.Tables) >= MaxTables {
		return Errorf(CodeInvalid, "profiles are made from at most %d tables", MaxTables).WithField("tables")
	}
	for i, t := range u.Tables {
		at := fmt.Sprintf("tables[%d]", i+1)
		if err := d.validateTable(t, at); err != nil {
			return err
		}
		if seen[t.Source] {
			return Errorf(CodeInvalid, "the source occurs twice").WithField(at + ".source_id")
		}
		seen[t.Source] = true
	}
	for i, f := range d.Fields {
		if !slices.ContainsFunc(d.AllTables(), func(t UnifyTable) bool { return t.Columns[f.Name] != "" }) {
			return Errorf(CodeInvalid, "no table has a column for it").WithField(fmt.Sprintf("fields[%d].column", i))
		}
	}
	if u.MaxBlock != 0 && (u.MaxBlock < 2 || u.MaxBlock > MostMaxBlock) {
		return Errorf(CodeInvalid, "must be between 2 and %d", MostMaxBlock).WithField("max_block")
	}
	if len(u.Rules) > MaxMatchRules {
		return Errorf(CodeInvalid, "at most %d rules can match rows", MaxMatchRules).WithField("rules")
	}
	names := map[string]bool{}
	for i, r := range u.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		if err := ValidateName(at+".name", r.Name); err != nil {
			return err
		}
		if key := strings.ToLower(r.Name); names[key] || key == string(PairAlways) {
			return Errorf(CodeInvalid, "the name is taken").WithField(at + ".name")
		}
		names[strings.ToLower(r.Name)] = true
		if err := d.validateMatchRule(r, at); err != nil {
			return err
		}
	}
	for name, s := range u.Survivorship {
		if err := d.validateSurvivorship(name, s, seen); err != nil {
			return err
		}
	}
	return nil
}

func (d ProfileDefinition) validateTable(t UnifyTable, at string) error {
	if t.Source == "" {
		return Errorf(CodeInvalid, "the source is missing").WithField(at + ".source_id")
	}
	if t.Key == "" {
		return Errorf(CodeInvalid, "the key column is missing").WithField(at + ".key")
	}
	if len(t.Columns) == 0 {
		return Errorf(CodeInvalid, "at least one field is needed").WithField(at + ".columns")
	}
	for name, column := range t.Columns {
		if _, ok := d.FieldNamed(name); !ok {
			return Errorf(CodeInvalid, "there is no field %q", name).WithField(at + ".columns")
		}
		if column == "" {
			return Errorf(CodeInvalid, "the column of the field %q is missing", name).WithField(at + ".columns")
		}
	}
	return nil
}

func (d ProfileDefinition) validateMatchRule(r MatchRule, at string) error {
	equal := false
	for i, c := range r.Conditions {
		at := fmt.Sprintf("%s.conditions[%d]", at, i)
		switch c.Kind {
		case MatchExact:
			if c.Clean != "" {
				return Errorf(CodeInvalid, "an exact condition cleans nothing").WithField(at + ".clean")
			}
			equal = true
		case MatchNormalised:
			equal = true
		case MatchSimilar:
		default:
			return Errorf(CodeInvalid, "must be exact, normalised or similar").WithField(at + ".kind")
		}
		if similar := c.Kind == MatchSimilar; similar && !(c.Similarity > 0.5 && c.Similarity <= 1) {
			return Errorf(CodeInvalid, "must be above 0.5 and at most 1").WithField(at + ".similarity")
		} else if !similar && c.Similarity != 0 {
			return Errorf(CodeInvalid, "only a similar condition has a similarity").WithField(at + ".similarity")
		}
		if err := d.validateCompared(c.Field, c.Clean, c.Kind != MatchExact, at); err != nil {
			return err
		}
	}
	if !equal {
		return Errorf(CodeInvalid, "at least one condition must be exact or normalised: else every row would be compared with every other").
			WithField(at + ".conditions")
	}
	for i, x := range r.Unless {
		if err := d.validateCompared(x.Field, x.Clean, true, fmt.Sprintf("%s.unless[%d]", at, i)); err != nil {
			return err
		}
	}
	return nil
}

// validateCompared checks a field that is compared; only text is cleaned by anything but its canonical text.
func (d ProfileDefinition) validateCompared(name string, clean Cleaning, cleaned bool, at string) error {
	f, ok := d.FieldNamed(name)
	if !ok {
		return Errorf(CodeInvalid, "there is no field %q", name).WithField(at + ".field")
	}
	if clean != "" && !slices.Contains(Cleanings(), clean) {
		return Errorf(CodeInvalid, "must be text, name, address, email or phone").WithField(at + ".clean")
	}
	if cleaned && clean != "" && f.Type != TypeText {
		return Errorf(CodeInvalid, "only text is cleaned").WithField(at + ".clean")
	}
	return nil
}

func (d ProfileDefinition) validateSurvivorship(name string, s Survivorship, sources map[SourceID]bool) error {
	at := "survivorship." + name
	if _, ok := d.FieldNamed(name); !ok {
		return Errorf(CodeInvalid, "there is no field %q", name).WithField(at)
	}
	if !slices.Contains(Survivors(), s.Method) {
		return Errorf(CodeInvalid, "must be source_order, most_recent, most_complete or most_frequent").WithField(at + ".method")
	}
	if len(s.Order) > 0 && s.Method != SurvivorOrder {
		return Errorf(CodeInvalid, "only source_order has an order").WithField(at + ".order")
	}
	for _, id := range s.Order {
		if !sources[id] {
			return Errorf(CodeInvalid, "profiles are not made from this source").WithField(at + ".order")
		}
	}
	if (s.Method == SurvivorRecent) != (s.By != "") {
		return Errorf(CodeInvalid, "most_recent, and nothing else, names the date field it goes by").WithField(at + ".by")
	}
	if f, ok := d.FieldNamed(s.By); s.By != "" && (!ok || (f.Type != TypeDate && f.Type != TypeDateTime)) {
		return Errorf(CodeInvalid, "must be a date or date-time field").WithField(at + ".by")
	}
	return nil
}

// RowRef names a row of a table by its key.
type RowRef struct {
	Source SourceID `json:"source"`
	Key    string   `json:"key"`
}

// Before orders rows by source and key.
func (r RowRef) Before(o RowRef) bool {
	return r.Source < o.Source || r.Source == o.Source && r.Key < o.Key
}

// PairKind is what a person said of two rows.
type PairKind string

// What a person can say of two rows.
const (
	// PairAlways: they are one person, whatever the rules say.
	PairAlways PairKind = "always"
	// PairNever: they are two, whatever the rules and always pairs say.
	PairNever PairKind = "never"
)

// MatchPair is what a person said of two rows; A comes before B.
type MatchPair struct {
	// Number orders stored pairs by age.
	Number int64
	A, B   RowRef
	Kind   PairKind
	At     time.Time
	// By is how records name who said it.
	By string
}

// Ordered returns the pair with A before B.
func (p MatchPair) Ordered() MatchPair {
	if p.B.Before(p.A) {
		p.A, p.B = p.B, p.A
	}
	return p
}

// Validate checks p.
func (p MatchPair) Validate() error {
	for i, r := range []RowRef{p.A, p.B} {
		at := string("ab"[i])
		if r.Source == "" {
			return Errorf(CodeInvalid, "the source is missing").WithField(at + ".source_id")
		}
		if r.Key == "" {
			return Errorf(CodeInvalid, "the key is missing").WithField(at + ".key")
		}
	}
	if p.A == p.B {
		return Errorf(CodeInvalid, "a row cannot be paired with itself").WithField("b")
	}
	if p.Kind != PairAlways && p.Kind != PairNever {
		return Errorf(CodeInvalid, "must be always or never").WithField("kind")
	}
	return nil
}

// UnifyNumbers are how many rows became how many profiles.
type UnifyNumbers struct {
	Rows     int64 `json:"rows"`
	Profiles int64 `json:"profiles"`
	// Joined is how many profiles have more than one row, Largest how many rows the largest has.
	Joined  int64         `json:"joined"`
	Largest int64         `json:"largest"`
	Tables  []TableNumber `json:"tables"`
	// Rules are those of the definition, after them the always pairs under the name "always" where there are any.
	Rules []RuleNumber `json:"rules"`
	// Refused are joins that never pairs kept from happening.
	Refused int64 `json:"refused"`
	// Merged are ids that were given up for an older one, Split ids whose rows are in several profiles now; both 0 in a preview.
	Merged int64 `json:"merged"`
	Split  int64 `json:"split"`
}

// TableNumber tells of one table.
type TableNumber struct {
	Source SourceID `json:"source"`
	Rows   int64    `json:"rows"`
	// Profiles have a row of the table; Shared of its rows are with a row of another table, Repeated with one of the same.
	Profiles int64 `json:"profiles"`
	Shared   int64 `json:"shared"`
	Repeated int64 `json:"repeated"`
}

// RuleNumber tells of one rule.
type RuleNumber struct {
	Name string `json:"name"`
	// Joins of two groups that were apart before, and refused ones.
	Joins   int64 `json:"joins"`
	Refused int64 `json:"refused"`
	// Skipped blocks were larger than allowed; they have SkippedRows rows, the largest SkippedMost.
	Skipped     int64 `json:"skipped"`
	SkippedRows int64 `json:"skipped_rows"`
	SkippedMost int64 `json:"skipped_most"`
}

// ProfileChange is something that happened to the id of a profile.
type ProfileChange struct {
	// Number orders changes; later ones have higher numbers.
	Number int64
	At     time.Time
	// Kind is merged (Profile was given up for Other) or split (rows of Profile are in Other now).
	Kind           string
	Profile, Other string
}

// Kinds of changes of profiles.
const (
	ChangeMerged = "merged"
	ChangeSplit  = "split"
)
