package warehousetest

import (
	"testing"
)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Run("scenarios", func(t *testing.T) {
		t.Parallel()
		scenarios(t, open)
	})
	for name, test := range map[string]func(*Desk){
		"S5 the winner is the most recently updated profile":           winners,
		"S5 an address has one winner over all e-mail fields":          winnersOfAll,
		"S6 consent is the word of all profiles with the address":      consent,
		"S6 S7 consent is the word of all e-mail fields":               consentOfAll,
		"S7 refusals are told of everybody, members or not":            refusals,
		"S9 phones are read by prefix, country or region":              phones,
		"S10 an identifier of two winners is withheld from both":       shared,
		"types are inferred over whole columns":                        typesAreInferred,
		"numbers have one canonical text":                              numbersAreCanonical,
		"dates are decided by evidence, never row by row":              datesAreDecidedByEvidence,
		"meanings are guessed from names and values":                   meaningsAreGuessed,
		"files are read as they are written":                           filesAreReadAsWritten,
		"rows that cannot be read are put aside, masked":               quarantine,
		"a load that is refused leaves the old table":                  refusedLoads,
		"packed files are unpacked, within bounds":                     packedFiles,
		"several files of one shape are one table":                     severalFiles,
		"the order of files does not matter":                           orderOfFiles,
		"NDJSON is read one object a line":                             ndjson,
		"Parquet keeps the types that it has":                          parquet,
		"Parquet that unpacks to too much is refused":                  parquetBombs,
		"rows that are too large together are refused":                 largeRows,
		"no other file is read, whatever is stated":                    nothingElseIsRead,
		"a preview shows the beginning":                                preview,
		"no error tells a value":                                       nothingTellsValues,
		"snapshots grow and survive":                                   snapshots,
		"without profiles nothing is answered":                         notReady,
		"S27 no answer is never nobody":                                cannotEvaluate,
		"S25 stored members are handed over until the next evaluation": storedMembers,
		"S25 members of another definition are never handed over":      storedDefinition,
		"S27 an evaluation that fails leaves the members as they were": storedFailure,
		"S25 the same snapshot gives the same files":                   sameFiles,
		"a hand-over that fails leaves nothing":                        leavesNothing,
		"a cancelled call changes nothing":                             cancelled,
		"reads go on during loads and builds":                          readWhileWriting,
		"profiles are searched, listed and described":                  profiles,
		"S5, S6, S7, S10 hand-overs are as the model says":             everythingAgainstModel,
		"several tables become the profiles of the model":              unifyAgainstModel,
		"ids of unified profiles stay":                                 idsStay,
		"ids that were remembered are not made anew in silence":        lostIdentities,
		"S6 S7 withdrawal in any row of a person wins":                 unifiedConsent,
		"it is told why rows match or do not":                          explained,
		"related rows belong to the profile of the row that they name": unifiedRelations,
		"a unification that fails changes nothing":                     refusedUnification,
		"rules select whom the model selects":                          rulesAgainstModel,
		"related rows and segments are as the model says":              relatedAgainstModel,
		"who entered and left a segment is known since it is observed": history,
		"a history is as the model says":                               historyAgainstModel,
		"queries select whom they name":                                queries,
		"no query reads anything but the tables it may":                hostileQueries,
		"segments are held against each other on one state":            overlaps,
		"one of a hundred thousand values":                             manyValues,
		"S27 a sum that is too large is no answer":                     sumsTooLarge,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(NewDesk(t, open))
		})
	}
}
