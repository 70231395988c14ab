package export

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func TestS13StoredValuesAreComparedWithSentOnes(t *testing.T) {
	t.Parallel()
	stored := destination.Contact{
		Address:     "ana@example.com",
		Identifiers: map[string]string{"SMS": "385911234567", "EXT_ID": "C-17"},
		Attributes: map[string]string{
			"ZIP": "1000", "CARD": "9007199254740992", "FIRSTNAME": "Ana", "POINTS": "12.5", "BIRTHDAY": "1990-02-28", "VIP": "true", "HOBBIES": "chess\x1ftennis",
		},
	}
	for name, c := range map[string]struct {
		sent string
		ok   bool
	}{
		"text":                         {`{"FIRSTNAME":"Ana"}`, true},
		"another text":                 {`{"FIRSTNAME":"Eva"}`, false},
		"number":                       {`{"POINTS":12.50}`, true},
		"another number":               {`{"POINTS":12.51}`, false},
		"day":                          {`{"BIRTHDAY":"1990-02-28"}`, true},
		"swapped day":                  {`{"BIRTHDAY":"1990-03-02"}`, false},
		"boolean in words":             {`{"VIP":"Yes"}`, true},
		"boolean":                      {`{"VIP":true}`, true},
		"dropped boolean":              {`{"MEMBER":"Yes"}`, false},
		"opposite boolean":             {`{"VIP":"No"}`, false},
		"phone without plus":           {`{"SMS":"+385911234567"}`, true},
		"another phone":                {`{"SMS":"+385911234568"}`, false},
		"external id":                  {`{"EXT_ID":"C-17"}`, true},
		"external id of somebody else": {`{"EXT_ID":"C-18"}`, false},
		"choices in any order":         {`{"HOBBIES":["tennis","chess"]}`, true},
		"a choice is missing":          {`{"HOBBIES":["tennis","chess","golf"]}`, false},
		"nothing sent":                 {`{}`, true},
		"a text that lost its zero":    {`{"ZIP":"01000"}`, false},
		"a number without its zeros":   {`{"ZIP":1000.00}`, true},
		"a number beyond a float's":    {`{"CARD":9007199254740993}`, false},
		"a number that a float holds":  {`{"CARD":9007199254740992}`, true},
		"digits beyond a float's":      {`{"CARD":"9007199254740993"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := differs([]byte(c.sent), stored)
			require.Equal(t, c.ok, d == nil, "%v", d)
			if d != nil {
				require.Equal(t, activation.CodeProofFailed, d.Code)
			}
		})
	}
}

func TestProofErrorNamesTheAttributeButNobodysData(t *testing.T) {
	t.Parallel()
	d := differs([]byte(`{"LASTNAME":"Horvat-Kovačić"}`), destination.Contact{Attributes: map[string]string{"LASTNAME": "Smith 42"}})
	require.NotNil(t, d)
	require.Contains(t, d.Error(), "LASTNAME")
	require.NotContains(t, d.Error(), "Horvat")
	require.NotContains(t, d.Error(), "Smith")
	require.NotContains(t, d.Error(), "42")
}
