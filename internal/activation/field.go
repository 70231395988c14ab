package activation

// FieldType is the type of a profile field or a table column.
type FieldType string

// The field types. Missing values are NULL in every type; an empty or blank text counts as missing.
const (
	TypeText     FieldType = "text"
	TypeNumber   FieldType = "number"   // decimal number, compared as a double
	TypeDate     FieldType = "date"     // calendar day, no zone
	TypeDateTime FieldType = "datetime" // instant, stored in UTC
	TypeBoolean  FieldType = "boolean"
)

// FieldTypes lists every field type, in the order in which screens offer them.
func FieldTypes() []FieldType {
	return []FieldType{TypeText, TypeNumber, TypeDate, TypeDateTime, TypeBoolean}
}

// Valid reports whether t is one of FieldTypes.
func (t FieldType) Valid() bool {
	for _, k := range FieldTypes() {
		if t == k {
			return true
		}
	}
	return false
}

// SemanticType is what a profile field means.
type SemanticType string

// The semantic types. Email, Phone, Country, Consent and UpdatedAt change what happens to a person
// (SEMANTICS S3, S5, S6, S9); the others only help people to choose.
const (
	SemanticNone      SemanticType = ""
	SemanticEmail     SemanticType = "email"
	SemanticPhone     SemanticType = "phone"
	SemanticFirstName SemanticType = "first_name"
	SemanticLastName  SemanticType = "last_name"
	SemanticCountry   SemanticType = "country"
	SemanticConsent   SemanticType = "consent"
	SemanticUpdatedAt SemanticType = "updated_at"
	SemanticBirthDate SemanticType = "birth_date"
	SemanticCity      SemanticType = "city"
	SemanticLanguage  SemanticType = "language"
)

// SemanticTypes lists every semantic type but SemanticNone.
func SemanticTypes() []SemanticType {
	return []SemanticType{
		SemanticEmail, SemanticPhone, SemanticFirstName, SemanticLastName, SemanticCountry, SemanticConsent,
		SemanticUpdatedAt, SemanticBirthDate, SemanticCity, SemanticLanguage,
	}
}

// Valid reports whether s is SemanticNone or one of SemanticTypes.
func (s SemanticType) Valid() bool {
	if s == SemanticNone {
		return true
	}
	for _, k := range SemanticTypes() {
		if s == k {
			return true
		}
	}
	return false
}

// Accepts reports whether a field of type t can carry the meaning s.
func (s SemanticType) Accepts(t FieldType) bool {
	switch s {
	case SemanticEmail, SemanticPhone, SemanticFirstName, SemanticLastName, SemanticCountry, SemanticCity, SemanticLanguage:
		return t == TypeText
	case SemanticConsent:
		return t == TypeText || t == TypeBoolean || t == TypeNumber
	case SemanticUpdatedAt:
		return t == TypeDate || t == TypeDateTime
	case SemanticBirthDate:
		return t == TypeDate
	default:
		return true
	}
}

// Field is one field of the unified profile.
type Field struct {
	// Name is how people and rules call it; unique within the profile, case-insensitively.
	Name string `json:"name"`
	// Column is the table column it is taken from.
	Column string `json:"column"`
	// Type is the type of its values.
	Type FieldType `json:"type"`
	// Semantic is what it means; SemanticNone if nothing special.
	Semantic SemanticType `json:"semantic,omitempty"`
}
