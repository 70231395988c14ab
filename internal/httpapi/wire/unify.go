package wire

import (
	"maps"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Unification says how profiles are made from tables.
type Unification struct {
	UnificationInput
	Numbers   *UnifyNumbers `json:"numbers,omitempty" doc:"How rows became profiles in the last build; absent where they were made from one table"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// UnificationInput is a unification to be stored.
type UnificationInput struct {
	Fields       []UnifyField        `json:"fields" nullable:"false" maxItems:"2000"`
	Tables       []UnifyTable        `json:"tables" nullable:"false" minItems:"1" maxItems:"20" doc:"The first one is the one that a profile of one table is made from"`
	Rules        []MatchRule         `json:"rules" nullable:"false" maxItems:"50" doc:"In order of precedence"`
	MaxBlock     int                 `json:"max_block,omitempty" minimum:"2" maximum:"2000" doc:"Up to how many rows that agree in all equal conditions of a rule are compared; 100 if absent"`
	Survivorship []FieldSurvivorship `json:"survivorship" nullable:"false" maxItems:"2000" doc:"Which value a profile gets; fields not named get that of the first table that has one"`
	Region       string              `json:"region,omitempty" maxLength:"10" example:"HR" doc:"The ISO 3166 region of phones without a prefix"`
	Version      int64               `json:"version" minimum:"0" doc:"The version that was read; 0 for the first definition"`
}

// UnifyField is a field of unified profiles.
type UnifyField struct {
	Name     string       `json:"name" maxLength:"480"`
	Type     FieldType    `json:"type"`
	Semantic SemanticType `json:"semantic,omitempty" doc:"What it means; absent if nothing special"`
}

// UnifyTable is a table that feeds profiles.
type UnifyTable struct {
	SourceID string        `json:"source_id" maxLength:"200"`
	Key      string        `json:"key" maxLength:"1000" doc:"The column that names its rows"`
	Columns  []FieldColumn `json:"columns" nullable:"false" maxItems:"2000"`
}

// FieldColumn is the column of a table that feeds a field.
type FieldColumn struct {
	Field  string `json:"field" maxLength:"480"`
	Column string `json:"column" maxLength:"1000"`
}

// MatchRule joins two rows that meet all its conditions and none of its exceptions.
type MatchRule struct {
	Name       string           `json:"name" maxLength:"480"`
	Conditions []MatchCondition `json:"conditions" nullable:"false" minItems:"1" maxItems:"20"`
	Unless     []MatchException `json:"unless,omitempty" nullable:"false" maxItems:"20" doc:"Fields in which two rows that both have a value must not differ"`
}

// MatchCondition compares a field of two rows.
type MatchCondition struct {
	Field      string  `json:"field" maxLength:"480"`
	Kind       string  `json:"kind" enum:"exact,normalised,similar"`
	Clean      string  `json:"clean,omitempty" enum:"text,name,address,email,phone" doc:"How values are made comparable; absent: by what the field means"`
	Similarity float64 `json:"similarity,omitempty" maximum:"1" doc:"The least Jaro-Winkler similarity, above 0.5; for similar only"`
}

// MatchException keeps a rule from joining.
type MatchException struct {
	Field string `json:"field" maxLength:"480"`
	Clean string `json:"clean,omitempty" enum:"text,name,address,email,phone"`
}

// FieldSurvivorship says which value of a field survives.
type FieldSurvivorship struct {
	Field     string   `json:"field" maxLength:"480"`
	Method    string   `json:"method" enum:"source_order,most_recent,most_complete,most_frequent"`
	SourceIDs []string `json:"source_ids,omitempty" nullable:"false" maxItems:"20" doc:"For source_order: the most trusted first"`
	By        string   `json:"by,omitempty" maxLength:"480" doc:"For most_recent: the date field"`
}

// UnifyNumbers tell how rows became profiles.
type UnifyNumbers struct {
	Rows     int64         `json:"rows"`
	Profiles int64         `json:"profiles"`
	Joined   int64         `json:"joined" doc:"Profiles of more than one row"`
	Largest  int64         `json:"largest" doc:"The rows of the largest profile"`
	Tables   []TableNumber `json:"tables" nullable:"false"`
	Rules    []RuleNumber  `json:"rules" nullable:"false" doc:"Those of the definition; after them always pairs, under the name always"`
	Refused  int64         `json:"refused" doc:"Joins that never pairs kept from happening"`
	Merged   int64         `json:"merged" doc:"Ids that were given up for an older one"`
	Split    int64         `json:"split" doc:"Ids whose rows are in several profiles since"`
}

// TableNumber tells of one table.
type TableNumber struct {
	SourceID string `json:"source_id"`
	Rows     int64  `json:"rows"`
	Profiles int64  `json:"profiles" doc:"That have a row of the table"`
	Shared   int64  `json:"shared" doc:"Rows that are with a row of another table"`
	Repeated int64  `json:"repeated" doc:"Rows that are with another row of the same table"`
}

// RuleNumber tells of one rule.
type RuleNumber struct {
	Name        string `json:"name"`
	Joins       int64  `json:"joins" doc:"Of groups that were apart before"`
	Refused     int64  `json:"refused"`
	Skipped     int64  `json:"skipped" doc:"Blocks that had too many rows"`
	SkippedRows int64  `json:"skipped_rows"`
	SkippedMost int64  `json:"skipped_most" doc:"The rows of the largest of them"`
}

// SuggestTables names the tables that a unification is suggested for.
type SuggestTables struct {
	SourceIDs []string `json:"source_ids" nullable:"false" minItems:"1" maxItems:"20"`
}

// IDs are the sources.
func (s SuggestTables) IDs() []activation.SourceID {
	return each(s.SourceIDs, func(id string) activation.SourceID { return activation.SourceID(id) })
}

// PreviewTables asks for a preview.
type PreviewTables struct {
	UnificationInput
	Samples int `json:"samples,omitempty" minimum:"1" maximum:"100" default:"20" doc:"How many clusters and refused joins to show"`
}

// UnifyPreview is what a unification would make.
type UnifyPreview struct {
	Numbers  UnifyNumbers  `json:"numbers"`
	Clusters []Cluster     `json:"clusters" nullable:"false" doc:"The largest first"`
	Refused  []RefusedJoin `json:"refused" nullable:"false"`
}

// Row names a row of a table.
type Row struct {
	SourceID string `json:"source_id" maxLength:"200"`
	Key      string `json:"key" maxLength:"1000"`
}

// Domain turns it into a reference.
func (r Row) Domain() activation.RowRef {
	return activation.RowRef{Source: activation.SourceID(r.SourceID), Key: r.Key}
}

func fromRow(r activation.RowRef) Row { return Row{string(r.Source), r.Key} }

// RowPair names two rows.
type RowPair struct {
	A Row `json:"a"`
	B Row `json:"b"`
}

// Cluster is a profile of several rows.
type Cluster struct {
	Profile string       `json:"profile,omitempty" doc:"Absent in a preview"`
	Fields  []string     `json:"fields" nullable:"false"`
	Rows    []ClusterRow `json:"rows" nullable:"false"`
	Joins   []RowJoin    `json:"joins" nullable:"false" doc:"What holds it together"`
}

// ClusterRow is a row of a cluster.
type ClusterRow struct {
	Row
	Values []string `json:"values,omitempty" nullable:"false" doc:"In the order of the fields, empty if missing; absent if the table has not the row any more"`
}

// RowJoin is two rows and the rule that joined them.
type RowJoin struct {
	RowPair
	Rule string `json:"rule" doc:"Its name; always for an always pair"`
}

// RefusedJoin is a join that a never pair kept from happening.
type RefusedJoin struct {
	RowJoin
	Never RowPair `json:"never"`
}

// ClusterQuery asks for clusters.
type ClusterQuery struct {
	Profile string `json:"profile,omitempty" maxLength:"1000" doc:"Only this profile"`
	Rule    string `json:"rule,omitempty" maxLength:"480" doc:"Only those that this rule joined"`
	After   string `json:"after,omitempty" maxLength:"1000" doc:"The cursor of an earlier page"`
	Limit   int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50"`
}

// Domain turns it into a query.
func (q ClusterQuery) Domain() warehouse.ClusterQuery {
	return warehouse.ClusterQuery{Profile: q.Profile, Rule: q.Rule, After: q.After, Limit: q.Limit}
}

// Explanation tells why two rows match or do not.
type Explanation struct {
	ProfileA string            `json:"profile_a,omitempty" doc:"The profile that the row is in as last built"`
	ProfileB string            `json:"profile_b,omitempty"`
	Pair     string            `json:"pair,omitempty" enum:"always,never" doc:"What a person said of the two"`
	Rules    []RuleExplanation `json:"rules" nullable:"false"`
	Path     []RowJoin         `json:"path" nullable:"false" doc:"The joins that lead from one to the other where they are in one profile"`
	Refused  []RefusedJoin     `json:"refused" nullable:"false" doc:"Refused joins between their profiles"`
}

// RuleExplanation tells of one rule.
type RuleExplanation struct {
	Name       string             `json:"name"`
	Matches    bool               `json:"matches"`
	Conditions []ConditionOutcome `json:"conditions" nullable:"false"`
	Unless     []ConditionOutcome `json:"unless" nullable:"false"`
	Block      int64              `json:"block" doc:"How many rows agree in all equal conditions; 0 where the two do not"`
	Skipped    bool               `json:"skipped" doc:"The block has too many rows"`
}

// ConditionOutcome tells how two values compare.
type ConditionOutcome struct {
	Field      string  `json:"field"`
	Outcome    string  `json:"outcome" enum:"equal,similar,differs,missing,unusable"`
	Similarity float64 `json:"similarity,omitempty"`
}

// MatchPairInput says something of two rows.
type MatchPairInput struct {
	RowPair
	Kind string `json:"kind" enum:"always,never"`
}

// MatchPair is what somebody said of two rows.
type MatchPair struct {
	MatchPairInput
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// Separation takes a row out of a profile.
type Separation struct {
	Profile string `json:"profile" minLength:"1" maxLength:"1000"`
	Row     Row    `json:"row"`
}

// ProfileChange is what happened to the id of a profile.
type ProfileChange struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind" enum:"merged,split" doc:"merged: the id was given up for the other; split: rows of it are in the other now"`
	Profile string    `json:"profile"`
	Other   string    `json:"other"`
}

// FromUnification makes the JSON of how tables are unified.
func FromUnification(d activation.ProfileDefinition) Unification {
	w := Unification{UnificationInput: UnificationInputFrom(d), UpdatedAt: utc(d.UpdatedAt)}
	if d.Build != nil && d.Build.Unified != nil {
		n := fromNumbers(*d.Build.Unified)
		w.Numbers = &n
	}
	return w
}

// UnificationInputFrom makes an input from a definition.
func UnificationInputFrom(d activation.ProfileDefinition) UnificationInput {
	u := activation.Unification{}
	if d.Unify != nil {
		u = *d.Unify
	}
	w := UnificationInput{
		Fields: each(d.Fields, func(f activation.Field) UnifyField {
			return UnifyField{Name: f.Name, Type: FieldType(f.Type), Semantic: SemanticType(f.Semantic)}
		}),
		Tables: each(d.AllTables(), func(t activation.UnifyTable) UnifyTable {
			out := UnifyTable{SourceID: string(t.Source), Key: t.Key, Columns: []FieldColumn{}}
			for _, f := range d.Fields {
				if c := t.Columns[f.Name]; c != "" {
					out.Columns = append(out.Columns, FieldColumn{f.Name, c})
				}
			}
			return out
		}),
		Rules: each(u.Rules, fromMatchRule), MaxBlock: u.MaxBlock, Survivorship: []FieldSurvivorship{}, Region: d.Region, Version: d.Version,
	}
	for _, name := range slices.Sorted(maps.Keys(u.Survivorship)) {
		s := u.Survivorship[name]
		w.Survivorship = append(w.Survivorship, FieldSurvivorship{
			Field: name, Method: string(s.Method), By: s.By, SourceIDs: each(s.Order, func(id activation.SourceID) string { return string(id) }),
		})
	}
	return w
}

func fromMatchRule(r activation.MatchRule) MatchRule {
	return MatchRule{
		Name: r.Name,
		Conditions: each(r.Conditions, func(c activation.MatchCondition) MatchCondition {
			return MatchCondition{Field: c.Field, Kind: string(c.Kind), Clean: string(c.Clean), Similarity: c.Similarity}
		}),
		Unless: each(r.Unless, func(x activation.MatchException) MatchException { return MatchException{x.Field, string(x.Clean)} }),
	}
}

// Domain turns the input into a definition.
func (i UnificationInput) Domain() activation.ProfileDefinition {
	d := activation.ProfileDefinition{Region: i.Region, Version: i.Version, Unify: &activation.Unification{MaxBlock: i.MaxBlock, Survivorship: map[string]activation.Survivorship{}}}
	tables := each(i.Tables, func(t UnifyTable) activation.UnifyTable {
		out := activation.UnifyTable{Source: activation.SourceID(t.SourceID), Key: t.Key, Columns: map[string]string{}}
		for _, c := range t.Columns {
			out.Columns[c.Field] = c.Column
		}
		return out
	})
	first := map[string]string{}
	if len(tables) > 0 {
		d.Source, d.Key, first = tables[0].Source, tables[0].Key, tables[0].Columns
		d.Unify.Tables = tables[1:]
	}
	d.Fields = each(i.Fields, func(f UnifyField) activation.Field {
		return activation.Field{Name: f.Name, Column: first[f.Name], Type: activation.FieldType(f.Type), Semantic: activation.SemanticType(f.Semantic)}
	})
	d.Unify.Rules = each(i.Rules, func(r MatchRule) activation.MatchRule {
		return activation.MatchRule{
			Name: r.Name,
			Conditions: each(r.Conditions, func(c MatchCondition) activation.MatchCondition {
				return activation.MatchCondition{Field: c.Field, Kind: activation.MatchKind(c.Kind), Clean: activation.Cleaning(c.Clean), Similarity: c.Similarity}
			}),
			Unless: each(r.Unless, func(x MatchException) activation.MatchException {
				return activation.MatchException{Field: x.Field, Clean: activation.Cleaning(x.Clean)}
			}),
		}
	})
	for _, s := range i.Survivorship {
		d.Unify.Survivorship[s.Field] = activation.Survivorship{Method: activation.Survivor(s.Method), By: s.By, Order: SuggestTables{s.SourceIDs}.IDs()}
	}
	return d
}

func fromNumbers(n activation.UnifyNumbers) UnifyNumbers {
	return UnifyNumbers{
		Rows: n.Rows, Profiles: n.Profiles, Joined: n.Joined, Largest: n.Largest, Refused: n.Refused, Merged: n.Merged, Split: n.Split,
		Tables: each(n.Tables, func(t activation.TableNumber) TableNumber {
			return TableNumber{SourceID: string(t.Source), Rows: t.Rows, Profiles: t.Profiles, Shared: t.Shared, Repeated: t.Repeated}
		}),
		Rules: each(n.Rules, func(r activation.RuleNumber) RuleNumber {
			return RuleNumber{Name: r.Name, Joins: r.Joins, Refused: r.Refused, Skipped: r.Skipped, SkippedRows: r.SkippedRows, SkippedMost: r.SkippedMost}
		}),
	}
}

// FromUnifyPreview makes the JSON of a preview.
func FromUnifyPreview(p warehouse.UnifyPreview) UnifyPreview {
	return UnifyPreview{Numbers: fromNumbers(p.Numbers), Clusters: each(p.Clusters, FromCluster), Refused: each(p.Refused, fromRefused)}
}

// FromCluster makes the JSON of a cluster.
func FromCluster(c warehouse.Cluster) Cluster {
	return Cluster{
		Profile: c.Profile, Fields: each(c.Fields, func(f string) string { return f }), Joins: each(c.Joins, fromJoin),
		Rows: each(c.Rows, func(r warehouse.ClusterRow) ClusterRow { return ClusterRow{fromRow(r.Row), r.Values} }),
	}
}

func fromJoin(j warehouse.Join) RowJoin { return RowJoin{RowPair{fromRow(j.A), fromRow(j.B)}, j.Rule} }

func fromRefused(j warehouse.RefusedJoin) RefusedJoin {
	return RefusedJoin{fromJoin(j.Join), RowPair{fromRow(j.Never[0]), fromRow(j.Never[1])}}
}

// FromExplanation makes the JSON of an explanation.
func FromExplanation(x warehouse.Explanation) Explanation {
	outcomes := func(list []warehouse.ConditionOutcome) []ConditionOutcome {
		return each(list, func(o warehouse.ConditionOutcome) ConditionOutcome { return ConditionOutcome(o) })
	}
	return Explanation{
		ProfileA: x.ProfileA, ProfileB: x.ProfileB, Pair: string(x.Pair), Path: each(x.Path, fromJoin), Refused: each(x.Refused, fromRefused),
		Rules: each(x.Rules, func(r warehouse.RuleExplanation) RuleExplanation {
			return RuleExplanation{Name: r.Name, Matches: r.Matches, Conditions: outcomes(r.Conditions), Unless: outcomes(r.Unless), Block: r.Block, Skipped: r.Skipped}
		}),
	}
}

// FromMatchPair makes the JSON of a pair.
func FromMatchPair(p activation.MatchPair) MatchPair {
	return MatchPair{MatchPairInput{RowPair{fromRow(p.A), fromRow(p.B)}, string(p.Kind)}, utc(p.At), p.By}
}

// FromProfileChange makes the JSON of a change.
func FromProfileChange(c activation.ProfileChange) ProfileChange {
	return ProfileChange{utc(c.At), c.Kind, c.Profile, c.Other}
}
