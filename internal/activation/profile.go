package activation

import (
	"fmt"
	"strings"
	"time"
)

// ProfileDefinition says how the unified customer profile table is made. With one table it is the identity on its key.
type ProfileDefinition struct {
	// Source is the data source whose table holds the customers.
	Source SourceID
	// Key is the column whose text becomes profile_id; it must be present and unique.
	Key string
	// Fields are the profile's fields in the order in which people see them.
	Fields []Field
	// Region is the ISO 3166 region of phones without a prefix where no country field says otherwise; may be empty (S9).
	Region string
	// Unify says how further tables are unified with the first; nil where there is one table.
	Unify *Unification `json:",omitempty"`

	UpdatedAt time.Time
	Version   int64
	// Build is the last build; nil before the first.
	Build *ProfileBuild
}

// ProfileBuild is the outcome of building the profile table.
type ProfileBuild struct {
	At         time.Time `json:"at"`
	Profiles   int64     `json:"profiles"`
	DurationMS int64     `json:"duration_ms"`
	// Snapshot is a number that grows with each build; plans name the snapshot they used (S25).
	Snapshot int64 `json:"snapshot"`
	// Error is why the last attempt failed, ErrorCode of what kind that is; empty if it succeeded.
	Error     string    `json:"error,omitempty"`
	ErrorCode Code      `json:"error_code,omitempty"`
	FailedAt  time.Time `json:"failed_at,omitzero"`
	// Unified tells how rows became profiles; nil where they are made from one table.
	Unified *UnifyNumbers `json:"unified,omitempty"`
}

// FieldNamed returns the field with that name, compared exactly.
func (d ProfileDefinition) FieldNamed(name string) (Field, bool) {
	for _, f := range d.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// FieldMeaning returns the first field with that semantic type.
func (d ProfileDefinition) FieldMeaning(s SemanticType) (Field, bool) {
	for _, f := range d.Fields {
		if f.Semantic == s {
			return f, true
		}
	}
	return Field{}, false
}

// Validate checks the definition against itself; columns are checked when it is built.
func (d ProfileDefinition) Validate() error {
	if d.Source == "" {
		return Errorf(CodeInvalid, "the source of the customers is missing").WithField("source")
	}
	if d.Key == "" {
		return Errorf(CodeInvalid, "the key column is missing").WithField("key")
	}
	if len(d.Fields) == 0 {
		return Errorf(CodeInvalid, "at least one field is needed").WithField("fields")
	}
	if d.Region != "" && (len(d.Region) != 2 || strings.ToUpper(d.Region) != d.Region) {
		return Errorf(CodeInvalid, "must be a two-letter ISO 3166 code in capitals, such as HR").WithField("region")
	}
	if d.Region != "" && knownRegion(d.Region) == "" {
		return Errorf(CodeInvalid, "%s is not a region that has telephone numbers", d.Region).WithField("region").
			WithRemedy("Use the two letters of a country, such as HR, DE or GB")
	}
	seen := map[string]bool{}
	single := map[SemanticType]bool{}
	for i, f := range d.Fields {
		at := fmt.Sprintf("fields[%d]", i)
		if err := ValidateName(at+".name", f.Name); err != nil {
			return err
		}
		key := strings.ToLower(f.Name)
		if key == "profile_id" || seen[key] {
			return Errorf(CodeInvalid, "the field name %q is taken", f.Name).WithField(at + ".name")
		}
		seen[key] = true
		if f.Column == "" && d.Unify == nil {
			return Errorf(CodeInvalid, "the column is missing").WithField(at + ".column")
		}
		if !f.Type.Valid() {
			return Errorf(CodeInvalid, "unknown type %q", f.Type).WithField(at + ".type")
		}
		if !f.Semantic.Valid() {
			return Errorf(CodeInvalid, "unknown semantic type %q", f.Semantic).WithField(at + ".semantic")
		}
		if !f.Semantic.Accepts(f.Type) {
			return Errorf(CodeInvalid, "a field of type %s cannot mean %s", f.Type, f.Semantic).WithField(at + ".semantic")
		}
		switch f.Semantic {
		case SemanticConsent, SemanticUpdatedAt, SemanticCountry:
			if single[f.Semantic] {
				return Errorf(CodeInvalid, "only one field can mean %s", f.Semantic).WithField(at + ".semantic")
			}
			single[f.Semantic] = true
		}
	}
	if d.Unify != nil {
		return d.validateUnify()
	}
	return nil
}
