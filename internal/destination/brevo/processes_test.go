package brevo

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"segue/internal/destination"
)

// looking is a client of a server that always tells the same processes.
func looking(t *testing.T, body string) *Client {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
}

func TestProcessesAreReadLeniently(t *testing.T) {
	t.Parallel()
	c := looking(t, `{"count":6,"more":[1],"processes":[
		{"id":"9","name":"IMPORTUSER","status":"queued","info":7},
		{"id":8,"name":"importuser","status":"IN_PROCESS","error":null},
		{"id":7,"name":"LIST_USERS_DELETE","status":"processing"},
		{"id":6,"name":"IMPORTUSER","status":"completed","created_at":"x","info":{"import":{"invalid_emails":"https://example.com/a","duplicate_email_id":null}}},
		{"id":5,"name":"EXPORT_WEBHOOK","status":"completed","export_url":"https://example.com/x","info":{"import":{"invalid_emails":"https://example.com/b"}}},
		{"id":4,"status":"cancelled"}]}`)
	list, err := c.Processes(t.Context(), 0, 50)
	require.NoError(t, err)
	run, done, failed := destination.ProcessRunning, destination.ProcessCompleted, destination.ProcessFailed
	require.Equal(t, []destination.Process{
		{ID: 9, Import: true, State: run}, {ID: 8, Import: true, State: run}, {ID: 7, State: run},
		{ID: 6, Import: true, State: done, Reports: []destination.Report{{Kind: "invalid_emails", URL: "https://example.com/a"}}},
		{ID: 5, State: done}, {ID: 4, Import: true, State: failed},
	}, list)
}

func TestS12EveryReportOfAProcessIsToldOrCannotBeRead(t *testing.T) {
	t.Parallel()
	const url = "https://example.com/r.csv"
	for link, want := range map[string][]string{
		`null`: nil, `""`: nil, `0`: nil, `"0"`: nil, `false`: nil, `[]`: nil, `[null]`: nil,
		`"` + url + `"`:                  {url},
		`["` + url + `","` + url + `2"]`: {url, url + "2"},
		`["` + url + `",null]`:           {url},
		`3`:                              {""},
		`true`:                           {""},
		`{"url":"` + url + `"}`:          {""},
		`[3]`:                            {""},
		`[["` + url + `"]]`:              {""},
	} {
		var got []string
		for _, r := range reports(gjson.Parse(`{"invalid_emails":` + link + `}`)) {
			require.Equal(t, "invalid_emails", r.Kind)
			got = append(got, r.URL)
		}
		require.Equal(t, want, got, link)
	}
	require.Empty(t, reports(gjson.Parse(`{}`)))
	require.Empty(t, reports(gjson.Result{}))
	require.Equal(t, []destination.Report{{Kind: "unknown"}}, reports(gjson.Parse(`"what"`)))
	require.Equal(t, []destination.Report{{Kind: "something_new", URL: url}}, reports(gjson.Parse(`{"something_new":"`+url+`"}`)))
	c := looking(t, `{}`)
	for _, err := range c.Report(t.Context(), destination.Report{Kind: "invalid_emails"}) {
		require.Equal(t, destination.Refused, destination.OutcomeOf(err), "a count without a link cannot be read")
	}
}

func TestAStatusThatIsNotKnownIsRunningUntilTheGracePeriodIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, err := NewBudget(BudgetConfig{Clock: time.Now, Grace: time.Hour})
		require.NoError(t, err)
		require.Equal(t, destination.ProcessRunning, b.state(1, "pondering"))
		time.Sleep(59 * time.Minute)
		require.Equal(t, destination.ProcessRunning, b.state(1, "pondering"))
		require.Equal(t, destination.ProcessRunning, b.state(2, "pondering"), "another process has its own time")
		time.Sleep(time.Minute)
		require.Equal(t, destination.ProcessFailed, b.state(1, "pondering"), "never completed")
		require.Equal(t, destination.ProcessRunning, b.state(1, "reconsidering"), "another word starts anew")
		require.Equal(t, destination.ProcessCompleted, b.state(1, "completed"))
		require.Equal(t, destination.ProcessRunning, b.state(1, ""), "nor is none")
	})
}

func TestS30TheOldestProcessIsNeverTakenForTheNewest(t *testing.T) {
	t.Parallel()
	page := func(count string, ids ...int) string {
		var list []string
		for _, id := range ids {
			list = append(list, fmt.Sprintf(`{"id":%d,"name":"IMPORTUSER","status":"completed"}`, id))
		}
		return `{` + count + `"processes":[` + strings.Join(list, ",") + `]}`
	}
	_, err := looking(t, page(`"count":100,`, 1, 2, 3)).Processes(t.Context(), 0, 1)
	require.Error(t, err, "sorted the wrong way, and there are more")
	_, err = looking(t, page(``, 1, 2, 3)).Processes(t.Context(), 0, 1)
	require.Error(t, err)
	list, err := looking(t, page(`"count":3,`, 1, 2, 3)).Processes(t.Context(), 0, 1)
	require.NoError(t, err)
	require.EqualValues(t, 3, list[0].ID, "these are all there are")
	list, err = looking(t, page(`"count":100,`, 9, 7, 8, 5)).Processes(t.Context(), 0, 3)
	require.NoError(t, err)
	require.EqualValues(t, []int64{9, 8, 7}, []int64{int64(list[0].ID), int64(list[1].ID), int64(list[2].ID)})
	_, err = looking(t, `{"processes":[{"name":"IMPORTUSER","status":"queued"}]}`).Processes(t.Context(), 0, 1)
	require.Error(t, err)
	list, err = looking(t, `{"count":0}`).Processes(t.Context(), 0, 1)
	require.NoError(t, err)
	require.Empty(t, list)
}

// FuzzProcesses holds that whatever stands in the answer, a process has a number, a state, and reports only where it is a
// completed import.
func FuzzProcesses(f *testing.F) {
	f.Add(`{"id":1,"name":"IMPORTUSER","status":"completed","info":{"import":{"a":["x",1,null,{}]}}}`)
	f.Add(`{"id":"1","status":["completed"],"info":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !gjson.Valid(text) {
			return
		}
		b, err := NewBudget(BudgetConfig{Clock: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		c := &Client{cfg: Config{Budget: b}}
		p, ok := c.process(gjson.Parse(text))
		if !ok {
			return
		}
		if p.ID <= 0 || p.State == "" || len(p.Reports) > 0 && (!p.Import || p.State != destination.ProcessCompleted) {
			t.Errorf("%+v", p)
		}
		for _, r := range p.Reports {
			if r.Kind == "" || r.URL != strings.TrimSpace(r.URL) {
				t.Errorf("%+v", r)
			}
		}
	})
}
