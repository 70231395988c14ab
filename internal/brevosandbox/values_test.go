package brevosandbox

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/brevosandbox/book"
)

func TestWhichAddressesAreTaken(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		" Ana@Example.COM ": "ana@example.com", "a+b.c@x.example.com": "a+b.c@x.example.com", "o'neil@example.com": "o'neil@example.com",
		"a@b.co": "a@b.co", "x@xn--80ak6aa92e.example": "x@xn--80ak6aa92e.example",
		"": "", "a": "", "@b.co": "", "a@": "", "a@b": "", "a@b.": "", "a@.b": "", "a@-b.co": "", "a@b-.co": "", "a@@b.co": "", "a b@c.de": "",
		"ana@žena.example": "", "ä@b.co": "", `"a"@b.co`: "", "a,b@c.de": "", "a;b@c.de": "", "a\x00@b.co": "", "a@b_c.de": "",
		strings.Repeat("a", 64) + "@b.co": strings.Repeat("a", 64) + "@b.co", strings.Repeat("a", 65) + "@b.co": "",
		"a@" + strings.Repeat("b", 64) + ".co": "", "a@" + strings.Repeat("bbbbbbbbb.", 26) + "co": "",
	} {
		got, ok := normalEmail([]byte(raw))
		require.Equal(t, want != "", ok, "%q", raw)
		require.Equal(t, want, string(got), "%q", raw)
	}
}

func TestWhichPhonesAreTaken(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"+33612345678": "33612345678", "0033612345678": "33612345678", "33612345678": "33612345678", " 385911234567 ": "385911234567",
		"0612345678": "", "+0612345678": "", "12345": "", "1234567890123456": "", "+33 6 12 34": "", "abc": "", "": "", "+": "", "00": "", "++33612345678": "",
	} {
		got, ok := normalPhone([]byte(raw))
		require.Equal(t, want != "", ok, "%q", raw)
		require.Equal(t, want, string(got), "%q", raw)
	}
	_, ok := normalIdentifier(book.ExtID, []byte(strings.Repeat("x", 256)))
	require.False(t, ok)
}

func TestJSONStringsAreWrittenAsTheyWereRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text")
		var got string
		if err := json.Unmarshal(appendText(nil, want), &got); err != nil || got != strings.ToValidUTF8(want, "\ufffd") {
			t.Fatalf("got %q want %q: %v", got, want, err)
		}
	})
	require.Equal(t, `"\u0001\n\"\\`+"\ufffd"+`"`, string(appendString(nil, []byte("\x01\n\"\\\xff"))))
}

func TestAStoredValueReadsBackAsItself(t *testing.T) {
	t.Parallel()
	s := DefaultSettings()
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.SampledFrom([]*attribute{
			{kind: "text"}, {kind: "float"}, {kind: "boolean"}, {kind: "date"},
			{kind: "category", category: "category", options: optionsOf("category", []string{"Men", "Women"})},
			{kind: "multiple-choice", options: optionsOf("normal", []string{"Red", "Green"})},
		}).Draw(t, "attribute")
		kind := rapid.SampledFrom([]kindOfCell{cellText, cellNumber, cellTrue, cellFalse, cellArray, cellOther}).Draw(t, "kind")
		text := rapid.SampledFrom([]string{"1", "2.5", "-0", "1e3", "NaN", "Men", "Yes", "2001-02-03", "2001-02-30", "03/02/2001", `["Red"]`, "Green,Red", "x"}).Draw(t, "text")
		stored, ok := at.store(cell{kind, []byte(text)}, direct, &s)
		if !ok {
			return
		}
		if !json.Valid(at.appendValue(nil, stored, &s)) {
			t.Fatalf("%s: %q is shown as what is no JSON", at.kind, stored)
		}
		if at.plain(stored, &s) == "" {
			t.Fatalf("%s: %q is shown as nothing", at.kind, stored)
		}
	})
}

func TestOneAttributeIsChangedWithoutTheOthers(t *testing.T) {
	t.Parallel()
	w := typed(t)
	w.call("POST", "/contacts", `{"email":"a@example.com","ext_id":"x","attributes":{"TXT":"a","NUM":1,"SMS":"385911111111","KIND":{"a":1},"MANY":[1]}}`, 201)
	w.call("PUT", "/contacts/a@example.com", `{"ext_id":"","attributes":{"SMS":"","NUM":null,"UNKNOWN":"x","TXT":"b"}}`, 204)
	require.JSONEq(t, `{"TXT":"b","NUM":1}`, w.contact("a@example.com").Get("attributes").Raw)
	w.get("/contacts/x?identifierType=ext_id", 404)
	for _, body := range []string{`{"attributes":{"SMS":"x"}}`, `{"attributes":{"EMAIL":"x"}}`, `{"ext_id":"` + strings.Repeat("x", 300) + `"}`, `{"unlinkListIds":[99]}`, `x`} {
		w.call("PUT", "/contacts/a@example.com", body, 400)
	}
}

func TestFiltersFindByIdentifierAndByTypedValue(t *testing.T) {
	t.Parallel()
	w := typed(t)
	w.load(`{"email":"a@example.com","attributes":{"SMS":"385911111111","YES":"Yes","KIND":"Women","NUM":2}}`)
	for filter, count := range map[string]int64{
		`equals(SMS,"%2B385911111111")`: 1, `equals(EMAIL,"A@example.com")`: 1, `equals(YES,"true")`: 1, `equals(KIND,"Women")`: 1, `equals(NUM,"2.0")`: 1,
		`equals(NUM,"3")`: 0, `equals(TXT,"x")`: 0,
	} {
		require.Equal(t, count, w.get("/contacts?filter="+filter, 200).json("count").Int(), filter)
	}
	for _, filter := range []string{`equals(NOPE,"x")`, `equals(NUM,"x")`, `equals(NUM)`, `equals(SMS,"x")`} {
		w.get("/contacts?filter="+filter, 400)
	}
}
