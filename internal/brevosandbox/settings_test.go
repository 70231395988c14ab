package brevosandbox

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func fixed() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func TestTheFirstValueOfEverySettingIsItsDefault(t *testing.T) {
	t.Parallel()
	v := reflect.ValueOf(DefaultSettings())
	for i := range v.NumField() {
		if values := v.Type().Field(i).Tag.Get("values"); values != "" {
			first, _, _ := strings.Cut(values, ",")
			require.Equal(t, first, v.Field(i).String(), v.Type().Field(i).Name)
		}
	}
}

func TestAnUnknownValueOfASettingIsRefused(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Clock: fixed, Settings: Settings{ImportDates: "us"}})
	require.ErrorContains(t, err, `setting import_dates: "us" is not one of lenient,iso`)
	var d Duration
	require.Error(t, json.Unmarshal([]byte(`"-1s"`), &d))
	require.Error(t, json.Unmarshal([]byte(`"soon"`), &d))
	require.NoError(t, json.Unmarshal([]byte(`"1m30s"`), &d))
	require.Equal(t, Duration(90*time.Second), d)
}

// switches shows every value of every setting at work; the test below fails
// when one is missing.
var switches = map[string]func(t *testing.T, w *world){
	"tier=off": func(t *testing.T, w *world) {
		require.Empty(t, w.get("/contacts", 200).header.Get("x-sib-ratelimit-limit"))
	},
	"tier=general": func(t *testing.T, w *world) {
		require.Equal(t, "10", w.get("/contacts", 200).header.Get("x-sib-ratelimit-limit"))
	},
	"tier=advanced": func(t *testing.T, w *world) {
		require.Equal(t, "20", w.get("/contacts", 200).header.Get("x-sib-ratelimit-limit"))
	},
	"tier=extended": func(t *testing.T, w *world) {
		require.Equal(t, "60", w.get("/contacts", 200).header.Get("x-sib-ratelimit-limit"))
	},
	"processes_limited=yes": func(t *testing.T, w *world) {
		w.tier("general")
		require.Equal(t, "99", w.get("/processes", 200).header.Get("x-sib-ratelimit-remaining"))
		require.Equal(t, "98", w.get("/account", 200).header.Get("x-sib-ratelimit-remaining"))
	},
	"processes_limited=no": func(t *testing.T, w *world) {
		w.tier("general")
		require.Empty(t, w.get("/processes", 200).header.Get("x-sib-ratelimit-remaining"))
		require.Equal(t, "99", w.get("/account", 200).header.Get("x-sib-ratelimit-remaining"))
	},
	"processes_headers=yes": func(t *testing.T, w *world) {
		w.tier("general")
		require.Equal(t, "99", w.get("/processes", 200).header.Get("x-sib-ratelimit-remaining"))
	},
	"processes_headers=no": func(t *testing.T, w *world) {
		w.tier("general")
		require.Empty(t, w.get("/processes", 200).header.Get("x-sib-ratelimit-remaining"))
		require.Equal(t, "98", w.get("/account", 200).header.Get("x-sib-ratelimit-remaining"), "counted all the same")
	},

	"import_booleans=words": booleans(`{"Yes":true,"no":false}`),
	"import_booleans=all":   booleans(`{"Yes":true,"no":false,"true":true,"0":false,"raw":false}`),
	"import_booleans=none":  booleans(`{}`),
	"import_dates=lenient":  dates(`{"iso":"1989-02-11","dashes":"1989-02-11","slashes":"1989-02-11"}`),
	"import_dates=iso":      dates(`{"iso":"1989-02-11"}`),

	"existing_not_updated=joins": func(t *testing.T, w *world) {
		w.existing()
		w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"New"}}`, `"updateExistingContacts":false`)
		require.Equal(t, "Old", w.contact("a@example.com").Get("attributes.FIRSTNAME").Str)
		require.Len(t, w.members(1), 1)
	},
	"existing_not_updated=stays_out": func(t *testing.T, w *world) {
		w.existing()
		w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"New"}}`, `"updateExistingContacts":false`)
		require.Equal(t, "Old", w.contact("a@example.com").Get("attributes.FIRSTNAME").Str)
		require.Empty(t, w.members(1))
	},
	"import_blocklist=kept":   blocklist(true),
	"import_blocklist=lifted": blocklist(false),

	"invalid_phone=drop_field": func(t *testing.T, w *world) {
		w.load(`{"email":"a@example.com","attributes":{"SMS":"0612345678","FIRSTNAME":"A"}}`)
		require.JSONEq(t, `{"FIRSTNAME":"A"}`, w.contact("a@example.com").Get("attributes").Raw)
	},
	"invalid_phone=drop_row": func(t *testing.T, w *world) {
		w.load(`{"email":"a@example.com","attributes":{"SMS":"0612345678"}},{"email":"b@example.com"}`)
		require.Equal(t, []string{"b@example.com"}, w.members(1))
	},
	"shared_identifier=merge": func(t *testing.T, w *world) {
		id := w.share()
		w.absent("a@example.com")
		require.Equal(t, "385911111111", w.contact("b@example.com").Get("attributes.SMS").Str)
		require.Empty(t, w.report(id, "duplicate_phone_id"))
	},
	"shared_identifier=report_row": func(t *testing.T, w *world) {
		id := w.share()
		require.Equal(t, "385911111111", w.contact("a@example.com").Get("attributes.SMS").Str)
		require.Equal(t, "{}", w.contact("b@example.com").Get("attributes").Raw)
		require.Contains(t, w.report(id, "duplicate_phone_id"), "b@example.com;;385911111111;;;Already used by another contact")
		require.Empty(t, w.members(1))
	},
	"shared_identifier=report_field": func(t *testing.T, w *world) {
		id := w.share()
		require.Equal(t, "385911111111", w.contact("a@example.com").Get("attributes.SMS").Str)
		require.JSONEq(t, `{"FIRSTNAME":"B"}`, w.contact("b@example.com").Get("attributes").Raw)
		require.Contains(t, w.report(id, "duplicate_phone_id"), "b@example.com")
		require.Equal(t, []string{"b@example.com"}, w.members(1))
	},
	"sole_match=update": func(t *testing.T, w *world) {
		w.load(`{"email":"a@example.com","attributes":{"SMS":"385911111111"}}`, `"listIds":[2]`)
		w.load(`{"email":"b@example.com","attributes":{"SMS":"385911111111"}}`)
		w.absent("a@example.com")
		require.Equal(t, "[1,2]", w.contact("b@example.com").Get("listIds").Raw, "it is the same contact")
	},
	"sole_match=replace": func(t *testing.T, w *world) {
		w.load(`{"email":"a@example.com","attributes":{"SMS":"385911111111"}}`, `"listIds":[2]`)
		w.load(`{"email":"b@example.com","attributes":{"SMS":"385911111111"}}`)
		w.absent("a@example.com")
		require.Equal(t, "[1]", w.contact("b@example.com").Get("listIds").Raw, "it is another contact")
	},
	"duplicate_rows=report": func(t *testing.T, w *world) {
		id := w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"1"}},{"email":"a@example.com","attributes":{"FIRSTNAME":"2","EXT_ID":"x"}}`)
		require.Equal(t, "1", w.contact("a@example.com").Get("attributes.FIRSTNAME").Str)
		require.Contains(t, w.report(id, "duplicate_email_id"), "a@example.com")
	},
	"duplicate_rows=merge": func(t *testing.T, w *world) {
		id := w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"1"}},{"email":"a@example.com","attributes":{"FIRSTNAME":"2"}}`)
		require.Equal(t, "2", w.contact("a@example.com").Get("attributes.FIRSTNAME").Str)
		require.Empty(t, w.report(id, "duplicate_email_id"))
	},
	"unknown_list=400": func(t *testing.T, w *world) { require.Equal(t, 400, w.intoNowhere().status) },
	"unknown_list=404": func(t *testing.T, w *world) { require.Equal(t, 404, w.intoNowhere().status) },
	"unknown_list=failed": func(t *testing.T, w *world) {
		a := w.intoNowhere()
		require.Equal(t, 202, a.status)
		require.JSONEq(t, `{"id":1,"name":"IMPORTUSER","status":"failed"}`, w.process(a.json("processId").Int()).Raw)
		w.absent("a@example.com")
	},
	"list_gone=completed": func(t *testing.T, w *world) { require.Equal(t, "completed", w.loseList().Get("status").Str) },
	"list_gone=failed":    func(t *testing.T, w *world) { require.Equal(t, "failed", w.loseList().Get("status").Str) },
	"empty_absent=kept": func(t *testing.T, w *world) {
		w.existing()
		w.load(`{"email":"a@example.com","attributes":{"LASTNAME":"L"}}`, `"emptyContactsAttributes":true`)
		require.JSONEq(t, `{"FIRSTNAME":"Old","LASTNAME":"L"}`, w.contact("a@example.com").Get("attributes").Raw)
	},
	"empty_absent=cleared": func(t *testing.T, w *world) {
		w.existing()
		w.load(`{"email":"a@example.com","attributes":{"LASTNAME":"L"}}`, `"emptyContactsAttributes":true`)
		require.JSONEq(t, `{"LASTNAME":"L"}`, w.contact("a@example.com").Get("attributes").Raw)
	},
	"json_null=empty":    null(`{}`),
	"json_null=absent":   null(`{"FIRSTNAME":"Old"}`),
	"csv_quotes=text":    quotes(`{"FIRSTNAME":"\"Ana"}`),
	"csv_quotes=rfc4180": quotes(`{"FIRSTNAME":"Ana; \"x\""}`),
	"imports=queue": func(t *testing.T, w *world) {
		require.Equal(t, `["queued","in_process"]`, w.two().json("processes.#.status").Raw)
	},
	"imports=parallel": func(t *testing.T, w *world) {
		require.Equal(t, `["in_process","in_process"]`, w.two().json("processes.#.status").Raw)
	},
	"running_status=in_process": func(t *testing.T, w *world) { require.Equal(t, "in_process", w.two().json("processes.1.status").Str) },
	"running_status=processing": func(t *testing.T, w *world) { require.Equal(t, "processing", w.two().json("processes.1.status").Str) },
	"report_links=string": func(t *testing.T, w *world) {
		require.Equal(t, gjson.String, w.process(w.load(`{"email":"a@example.com"},{"email":"x"}`)).Get("info.import.invalid_emails").Type)
	},
	"report_links=array": func(t *testing.T, w *world) {
		require.Len(t, w.process(w.load(`{"email":"a@example.com"},{"email":"x"}`)).Get("info.import.invalid_emails").Array(), 1)
	},
	"oversize_status=400": func(t *testing.T, w *world) { require.Equal(t, 400, w.oversize(300, 0).status) },
	"oversize_status=413": func(t *testing.T, w *world) { require.Equal(t, 413, w.oversize(300, 0).status) },
	"oversize_of=request": func(t *testing.T, w *world) {
		require.Equal(t, 400, w.oversize(10, 300).status)
		require.Equal(t, 202, w.oversize(10, 0).status)
	},
	"oversize_of=field": func(t *testing.T, w *world) {
		require.Equal(t, 202, w.oversize(10, 300).status)
		require.Equal(t, 400, w.oversize(300, 0).status)
	},
	"credits=number": func(t *testing.T, w *world) {
		require.Equal(t, "100000", w.get("/account", 200).json("plan.0.credits").Raw)
	},
	"credits=string": func(t *testing.T, w *world) {
		require.Equal(t, `"100000"`, w.get("/account", 200).json("plan.0.credits").Raw)
	},
	"builtins_listed=no": func(t *testing.T, w *world) { require.NotContains(t, names(w), "EXT_ID") },
	"builtins_listed=yes": func(t *testing.T, w *world) {
		require.Subset(t, names(w), []string{"EXT_ID", "WHATSAPP", "LANDLINE_NUMBER"})
	},
	"emailless_contacts=absent": func(t *testing.T, w *world) {
		w.load(`{"attributes":{"SMS":"385911111111"}}`)
		require.False(t, w.get("/contacts", 200).json("contacts.0.email").Exists())
	},
	"emailless_contacts=placeholder": func(t *testing.T, w *world) {
		w.load(`{"attributes":{"SMS":"385911111111"}}`)
		require.Equal(t, "385911111111@mailin-sms.com", w.get("/contacts", 200).json("contacts.0.email").Str)
	},
	"category_reads=label": category(`"Women"`),
	"category_reads=value": category(`2`),
	"list_change_modifies=yes": func(t *testing.T, w *world) {
		require.Equal(t, "2026-11-24T09:01:00.000Z", w.leaveLater().Get("modifiedAt").Str)
	},
	"list_change_modifies=no": func(t *testing.T, w *world) {
		require.Equal(t, "2026-11-24T09:00:00.000Z", w.leaveLater().Get("modifiedAt").Str)
	},
}

func TestEveryValueOfEverySettingWorks(t *testing.T) {
	t.Parallel()
	v := reflect.TypeFor[Settings]()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Field(i).Tag.Get("json"), ",")
		for value := range strings.SplitSeq(v.Field(i).Tag.Get("values"), ",") {
			if value == "" {
				continue
			}
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				check := switches[name+"="+value]
				require.NotNil(t, check, "no test shows what this value does")
				check(t, typed(t, set(func(s *Settings) { reflect.ValueOf(s).Elem().Field(i).SetString(value) })))
			})
		}
	}
}
