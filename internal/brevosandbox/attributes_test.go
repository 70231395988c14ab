package brevosandbox

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func names(w *world) []string {
	var out []string
	for _, v := range w.get("/contacts/attributes", 200).json("attributes.#.name").Array() {
		out = append(out, v.Str)
	}
	return out
}

func TestANewAccountNamesItsAttributesInItsLanguage(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"en": "FIRSTNAME LASTNAME", "fr": "PRENOM NOM", "es": "NOMBRE APELLIDOS", "de": "VORNAME NACHNAME"} {
		w := open(t, func(c *Config) { c.Accounts[0].Language = language })
		require.Equal(t, "EMAIL SMS "+want, strings.Join(names(w), " "))
	}
}

func TestAttributesOfEachCategoryAreListedAsBrevoDoes(t *testing.T) {
	t.Parallel()
	w := open(t)
	for path, body := range map[string]string{
		"normal/dob":           `{"type":"date"}`,
		"normal/COUNTRY":       `{"type":"multiple-choice","multiCategoryOptions":["USA","India"]}`,
		"category/GENDER":      `{"enumeration":[{"value":1,"label":"Men"},{"value":2,"label":"Women"}]}`,
		"calculated/ALL_COUNT": `{"value":"COUNT[BLACKLISTED,BLACKLISTED,<,NOW()]"}`,
		"transactional/ORDER":  `{"type":"id"}`,
	} {
		w.call("POST", "/contacts/attributes/"+path, body, 201)
		require.Equal(t, "invalid_parameter", w.call("POST", "/contacts/attributes/"+path, body, 400).json("code").Str, "exists")
	}
	all := w.get("/contacts/attributes", 200)
	find := func(name string) gjson.Result { return all.json(`attributes.#(name=="` + name + `")`) }
	require.JSONEq(t, `{"name":"DOB","category":"normal","type":"date"}`, find("DOB").Raw, "names become upper case")
	require.JSONEq(t, `{"name":"COUNTRY","category":"normal","type":"multiple-choice","multiCategoryOptions":["USA","India"]}`, find("COUNTRY").Raw)
	require.JSONEq(t, `{"name":"GENDER","category":"category","enumeration":[{"value":1,"label":"Men","valueStr":"1"},{"value":2,"label":"Women","valueStr":"2"}]}`, find("GENDER").Raw)
	require.Equal(t, "COUNT[BLACKLISTED,BLACKLISTED,<,NOW()]", find("ALL_COUNT").Get("calculatedValue").Str)
	require.Equal(t, "id", find("ORDER").Get("type").Str)
}

func TestWhatAnAttributeCannotBe(t *testing.T) {
	t.Parallel()
	w := open(t)
	for path, body := range map[string]string{
		"category/A":      `{"type":"text"}`,
		"normal/B":        `{"type":"id"}`,
		"normal/C":        `{"type":"number"}`,
		"transactional/D": `{"type":"multiple-choice"}`,
		"other/E":         `{"type":"text"}`,
		"normal/F-G":      `{"type":"text"}`,
		"normal/1H":       `{"type":"text"}`,
		"normal/EXT_ID":   `{"type":"text"}`,
		"global/I":        `{}`,
		"category/J":      `{"enumeration":[{"value":1,"label":"x"},{"value":1,"label":"y"}]}`,
		"category/K":      `{"enumeration":[{"value":1,"label":"` + strings.Repeat("x", 201) + `"}]}`,
	} {
		require.Equal(t, "invalid_parameter", w.call("POST", "/contacts/attributes/"+path, body, 400).json("code").Str, path)
	}
	require.Len(t, names(w), 4)
}

func TestOptionsCanBeChangedAndTypesCannot(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.call("POST", "/contacts/attributes/normal/COUNTRY", `{"type":"multiple-choice","multiCategoryOptions":["USA"]}`, 201)
	w.call("PUT", "/contacts/attributes/normal/COUNTRY", `{"multiCategoryOptions":["India","USA"]}`, 204)
	require.Equal(t, `["USA","India"]`, w.get("/contacts/attributes", 200).json(`attributes.#(name=="COUNTRY").multiCategoryOptions`).Raw)
	w.call("DELETE", "/contacts/attributes/multiple-choice/COUNTRY/USA", "", 204)
	w.call("DELETE", "/contacts/attributes/multiple-choice/COUNTRY/USA", "", 404)
	w.call("DELETE", "/contacts/attributes/multiple-choice/NOPE/USA", "", 404)
	w.call("PUT", "/contacts/attributes/normal/FIRSTNAME", `{"type":"date"}`, 400)
	w.call("PUT", "/contacts/attributes/normal/NOPE", `{}`, 404)
	w.call("DELETE", "/contacts/attributes/normal/SMS", "", 400)
	w.call("DELETE", "/contacts/attributes/category/FIRSTNAME", "", 404)
	w.call("DELETE", "/contacts/attributes/silly/FIRSTNAME", "", 400)
}

// typed is a world with an attribute of every type.
func typed(t *testing.T, change ...func(*Config)) *world {
	return open(t, append(change, func(c *Config) {
		c.Accounts[0].Attributes = []AccountAttribute{
			{Name: "TXT"}, {Name: "NUM", Type: "float"}, {Name: "DAY", Type: "date"}, {Name: "YES", Type: "boolean"},
			{Name: "KIND", Category: "category", Options: []string{"Men", "Women"}},
			{Name: "MANY", Type: "multiple-choice", Options: []string{"Red", "Green", "Blue"}},
		}
	})...)
}

func TestAValueThatDoesNotFitItsAttributeIsIgnored(t *testing.T) {
	t.Parallel()
	w := typed(t)
	fits := `{"TXT":"x","NUM":1.50,"DAY":"1984-05-06","YES":"Yes","KIND":2,"MANY":["Blue","Red"]}`
	w.load(`{"email":"fits@example.com","attributes":` + fits + `}`)
	require.JSONEq(t, `{"TXT":"x","NUM":1.5,"DAY":"1984-05-06","YES":true,"KIND":"Women","MANY":["Red","Blue"]}`, w.contact("fits@example.com").Get("attributes").Raw)
	w.load(`{"email":"fits@example.com","attributes":{"TXT":["x"],"NUM":"many","DAY":"6.5.1984","YES":"maybe","KIND":"Other","MANY":["Pink"]}}`)
	require.JSONEq(t, `{"TXT":"x","NUM":1.5,"DAY":"1984-05-06","YES":true,"KIND":"Women","MANY":["Red","Blue"]}`, w.contact("fits@example.com").Get("attributes").Raw)
	w.load(`{"email":"text@example.com","attributes":{"TXT":7,"NUM":" 2,5","DAY":19840506,"KIND":"men","MANY":"[Green, Blue]"}}`)
	require.JSONEq(t, `{"TXT":"7","KIND":"Men","MANY":["Green","Blue"]}`, w.contact("text@example.com").Get("attributes").Raw)
}

func TestSingleCallsTakeJSONBooleansAndISODatesOnly(t *testing.T) {
	t.Parallel()
	w := typed(t)
	w.call("POST", "/contacts", `{"email":"a@example.com","attributes":{"YES":true,"DAY":"1984-05-06"}}`, 201)
	w.call("PUT", "/contacts/a@example.com", `{"attributes":{"YES":"No","DAY":"01/02/2003"}}`, 204)
	require.JSONEq(t, `{"YES":true,"DAY":"1984-05-06"}`, w.contact("a@example.com").Get("attributes").Raw)
	w.call("PUT", "/contacts/a@example.com", `{"attributes":{"YES":false,"DAY":""}}`, 204)
	require.JSONEq(t, `{"YES":false}`, w.contact("a@example.com").Get("attributes").Raw)
}
