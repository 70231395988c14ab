package warehousetest

import (
	"testing"
)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*Desk){
		"S5 the winner is the most recently updated profile":      winners,
		"S6 consent is the word of all profiles with the address": consent,
		"S7 refusals are told of everybody, members or not":       refusals,
		"S9 phones are read by prefix, country or region":         phones,
		"S10 an identifier of two winners is withheld from both":  shared,
		"rules select whom the model selects":                     rulesAgainstModel,
		"one of a hundred thousand values":                        manyValues,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(NewDesk(t, open))
		})
	}
}
