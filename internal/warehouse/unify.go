package warehouse

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Unifier makes the profile table from several tables.
//
// Rows are numbered by source and key. Joins are tried in this order: always pairs by their rows; then rule by rule, in a rule block by
// block (the rows that agree in all its equal conditions) in the order of their first rows, in a block pair by pair in the order of
// rows. A join that would put a never pair into one profile is refused. Nothing depends on the order of rows or of tables in storage.
type Unifier interface {
	// Unify makes the profile table anew from several tables and replaces the old one atomically, as BuildProfiles does from one. Ids of
	// profiles stay as they are remembered; what is remembered is no part of what can be rebuilt from the sources, and is
	// written before the profiles are replaced.
	Unify(ctx context.Context, r UnifyRequest) (Unified, error)
	// PreviewUnify tells what Unify would make and changes nothing. Of the clusters it shows at most samples, the largest first.
	PreviewUnify(ctx context.Context, r UnifyRequest, samples int) (UnifyPreview, error)
	// Clusters returns profiles with more than one row, as they were last built, ordered by id.
	Clusters(ctx context.Context, q ClusterQuery) ([]Cluster, error)
	// Explain tells why two rows of the tables as they are now match or do not. CodeNotFound if a row is not there.
	Explain(ctx context.Context, r UnifyRequest, a, b activation.RowRef) (Explanation, error)
}

// UnifyRequest asks for tables to be unified.
type UnifyRequest struct {
	Definition activation.ProfileDefinition
	// Pairs are what people said of rows; those of rows that are not there do nothing.
	Pairs []activation.MatchPair
	At    time.Time
	// Remembered says that ids were remembered before: where they are lost, CodeCorrupt.
	Remembered bool
	// Keys says that profiles had the keys of the origin for ids until now: where nothing is remembered, that is.
	Keys bool
}

// MaxChanges is of how many changed ids a build tells one by one.
const MaxChanges = 10_000

// Unified is the outcome of Unify.
type Unified struct {
	Build activation.ProfileBuild
	// Changes are the first MaxChanges, by profile; the build's numbers count all.
	Changes []activation.ProfileChange
}

// UnifyPreview is what unifying would make.
type UnifyPreview struct {
	Numbers  activation.UnifyNumbers
	Clusters []Cluster
	// Refused are the first joins that were refused.
	Refused []RefusedJoin
}

// Cluster is the rows of one profile. Profile is empty in a preview.
type Cluster struct {
	Profile string
	// Fields are the names of the profile's fields; each row's Values are in their order, canonical text, empty for a missing one.
	Fields []string
	Rows   []ClusterRow
	// Joins hold the cluster together: one fewer than it has rows.
	Joins []Join
}

// ClusterRow is a row of a cluster; Values is nil if the table does not have it any more.
type ClusterRow struct {
	Row    activation.RowRef
	Values []string
}

// Join is two rows and the name of the rule that joined their groups, "always" for an always pair.
type Join struct {
	A, B activation.RowRef
	Rule string
}

// RefusedJoin is a join that would have put a never pair into one profile.
type RefusedJoin struct {
	Join
	Never [2]activation.RowRef
}

// ClusterQuery asks for clusters: of one profile, joined by one rule, after an id. Zero values ask for all.
type ClusterQuery struct {
	Profile, Rule, After string
	Limit                int
}

// Explanation tells why two rows match or do not.
type Explanation struct {
	// ProfileA and ProfileB are the profiles the rows are in as last built; empty where they are in none yet.
	ProfileA, ProfileB string
	// Pair is what a person said of the two; empty for nothing.
	Pair  activation.PairKind
	Rules []RuleExplanation
	// Path are the joins that lead from one row to the other where they are in one profile.
	Path []Join
	// Refused are joins of the two, or of groups of theirs, that were refused.
	Refused []RefusedJoin
}

// RuleExplanation tells of one rule.
type RuleExplanation struct {
	Name string
	// Matches: all conditions are met, no exception holds, and the block is not too large.
	Matches    bool
	Conditions []ConditionOutcome
	Unless     []ConditionOutcome
	// Block is how many rows agree in all equal conditions; 0 where the two do not. Skipped says that these are too many.
	Block   int64
	Skipped bool
}

// ConditionOutcome tells how two values compare.
type ConditionOutcome struct {
	Field string
	// Outcome is one of the outcomes below.
	Outcome string
	// Similarity is the Jaro-Winkler similarity of a similar condition.
	Similarity float64
}

// Outcomes of conditions.
const (
	OutcomeEqual   = "equal"
	OutcomeSimilar = "similar"
	OutcomeDiffers = "differs"
	OutcomeMissing = "missing"
	// OutcomeUnusable is a value that cannot be compared once it is cleaned, such as a phone that is none.
	OutcomeUnusable = "unusable"
)
