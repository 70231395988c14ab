package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/segment"
)

// Relationship says which row of another table, or which profile, a row of a table belongs to.
type Relationship struct {
	ID        string    `json:"id"`
	Name      string    `json:"name" doc:"Unique; rules state their way by it"`
	From      string    `json:"from" doc:"The id of the data source whose rows belong to something"`
	To        string    `json:"to,omitempty" doc:"The id of the data source that they belong to; absent for the profiles"`
	Keys      []KeyPair `json:"keys" nullable:"false"`
	UsedBy    []Use     `json:"used_by" nullable:"false" doc:"The segments that follow it"`
	CreatedAt time.Time `json:"created_at"`
}

// KeyPair is a column and the one that it agrees with.
type KeyPair struct {
	From string `json:"from" maxLength:"480" doc:"Column of the table whose rows belong to something"`
	To   string `json:"to,omitempty" maxLength:"480" doc:"Column of the other table; absent for the profiles, whose id is meant"`
}

// RelationshipInput describes a relationship to be made.
type RelationshipInput struct {
	Name string    `json:"name" maxLength:"480"`
	From string    `json:"from" maxLength:"100"`
	To   string    `json:"to,omitempty" maxLength:"100"`
	Keys []KeyPair `json:"keys" nullable:"false" minItems:"1" maxItems:"8"`
}

// Use is a thing that uses another.
type Use struct {
	Kind string `json:"kind" enum:"segment,export"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Domain turns the input into a relationship without an id.
func (i RelationshipInput) Domain() activation.Relationship {
	return activation.Relationship{
		Name: i.Name, From: activation.SourceID(i.From), To: activation.SourceID(i.To),
		Keys: each(i.Keys, func(k KeyPair) activation.KeyPair { return activation.KeyPair{From: k.From, To: k.To} }),
	}
}

// FromRelationship makes the JSON of a relationship.
func FromRelationship(r segment.Related) Relationship {
	return Relationship{
		ID: string(r.ID), Name: r.Name, From: string(r.From), To: string(r.To), CreatedAt: utc(r.CreatedAt), UsedBy: each(r.UsedBy, FromUse),
		Keys: each(r.Keys, func(k activation.KeyPair) KeyPair { return KeyPair{From: k.From, To: k.To} }),
	}
}

// FromUse makes the JSON of a use.
func FromUse(u segment.Use) Use { return Use{Kind: u.Kind, ID: u.ID, Name: u.Name} }
