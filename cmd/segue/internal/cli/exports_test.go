package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/client"
	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
	"segue/internal/ledger"
	"segue/internal/store"
)

func TestConnectionIsAddedAndLookedAt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_API_KEY"] = apitest.GoodKey
	require.Contains(t, b.ok("connection", "check"), "Company  Primjer d.o.o.\n")
	require.Equal(t, "Connection \"main\" to the account of Primjer d.o.o. is added.\nIts exports run on behalf of the server's machine.\n", b.ok("connection", "add", "main", "--agree"))
	require.Contains(t, b.ok("connection", "list"), "main  brevo  Primjer d.o.o.  business  ...good  2026-11-24 10:00\n")
	require.Contains(t, b.ok("connection", "show", "main"), "statement of "+activation.ConsentStatementVersion)
	require.Contains(t, b.ok("connection", "test", "main"), "The connection works.\n")
	require.Equal(t, ""+
		"ID  NAME      FOLDER     PEOPLE\n"+
		" 7  VIP       Marketing       3\n"+
		" 9  Everyone                  0\n", b.ok("connection", "lists", "main"))
	require.Contains(t, b.ok("connection", "create-list", "main", "New people"), "(New people) is added.")
	require.Equal(t, "Attribute POINTS is added.\n", b.ok("connection", "create-attribute", "main", "points", "number"))
	require.Contains(t, b.ok("connection", "attributes", "main"), "SMS        identifier\n")
	require.Contains(t, b.ok("connection", "rotate-key", "main"), "uses the new key now")
	require.Equal(t, "The connection is called \"Main account\" now.\n", b.ok("connection", "rename", "main", "Main account"))
	require.Equal(t, "Connection \"Main account\" is removed, its key destroyed.\n", b.ok("connection", "remove", "main account"))
}

func TestKeyComesFromFileVariableOrQuestionAndIsNeverShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Contains(t, b.fails(exitUsage, "connection", "check"), "the API key is missing. Use --api-key-file or SEGUE_API_KEY")
	file := b.write(t.TempDir(), "key", apitest.GoodKey+"\n")
	outputs := []string{b.ok("connection", "check", "--api-key-file", file)}
	b.in = apitest.GoodKey
	outputs = append(outputs, b.ok("connection", "check", "--api-key-file", "-"))
	b.secret = apitest.GoodKey
	outputs = append(outputs, b.ok("connection", "add", "main", "--agree", "-o", "json"), b.ok("connection", "show", "main", "-o", "json"))
	b.secret = apitest.OtherKey
	outputs = append(outputs, b.fails(exitConflict, "connection", "rotate-key", "main"))
	b.secret = "an-unknown-key-0000"
	outputs = append(outputs, b.fails(exitInvalid, "connection", "check"))
	for _, o := range outputs {
		for _, key := range []string{apitest.GoodKey, apitest.OtherKey, "an-unknown-key-0000"} {
			require.NotContains(t, o, key)
		}
	}
	b.secret = "broken"
	require.Contains(t, b.fails(exitUsage, "connection", "check"), "the API key cannot be read")
	b.secret = "  "
	require.Contains(t, b.fails(exitUsage, "connection", "check"), "the API key is empty")
}

func TestAgreementIsAskedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_API_KEY"] = apitest.GoodKey
	r := b.run("connection", "add", "main")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, activation.ConsentStatement, "who is asked sees what for")
	require.Contains(t, r.err, "Say yes with --agree")
	b.terminal, b.in = true, "no\n"
	require.Equal(t, exitUsage, b.run("connection", "add", "main").code)
	b.in = "y\n"
	r = b.run("connection", "add", "main")
	require.Equal(t, 0, r.code, r.err)
}

func TestWhatSomebodyMayDoIsShownInTheListOfExports(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	b.env["SEGUE_PASSWORD"], b.env["SEGUE_EMAIL"] = goodPassword, "ana@example.com"
	b.ok("person", "add", "Ana", "--email", "ana@example.com", "--role", "contributor")
	token := regexp.MustCompile(`segue_\S+`).FindString(b.ok("me", "add-token", "nightly", "--role", "contributor"))
	ana := []string{"--token", token}
	require.Regexp(t, `(?m)^VIP .* view only$`, b.ok(append(ana, "export", "list")...))
	require.Contains(t, b.ok(append(ana, "connection", "list")...), "An administrator adds one (segue connection add) or shares one")
	b.ok("connection", "share", "main")
	require.Regexp(t, `(?m)^VIP .* edit$`, b.ok(append(ana, "export", "list")...))
}

func TestExportIsAddedChangedAndShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Contains(t, b.ok("export", "list"), "VIP   main           7  VIP        Not started  no"+strings.Repeat(" ", 34)+"edit\n")
	show := b.ok("export", "show", "vip")
	for _, line := range []string{"Connection        main\n", "List              7 (VIP)\n", "Segments          Anas\n", "People who leave  go from the list too\n", "EMAIL             mail\n", "FIRSTNAME         name\n"} {
		require.Contains(t, show, line)
	}
	b.ok("segment", "add", "Ivos", "--where", "name = Ivo")
	b.ok("export", "update", "VIP", "--rename", "VIPs", "--list", "9", "--segment", "Ivos", "--segment", "Anas", "--leavers", "keep", "--map", "FIRSTNAME=mail", "--time-zone", "Europe/Zagreb")
	show = b.ok("export", "show", "VIPs")
	for _, line := range []string{"Segments          Ivos, Anas\n", "People who leave  stay on the list\n", "FIRSTNAME         mail\n", "9 (Everyone)"} {
		require.Contains(t, show, line)
	}
	require.Contains(t, b.fails(exitConflict, "segment", "remove", "Anas"), "VIPs")
	require.Contains(t, b.fails(exitUsage, "export", "add", "x", "--connection", "main", "--segment", "Anas", "--email", "mail"), "missing flags: --list")
	require.Contains(t, b.fails(exitInvalid, "export", "add", "x", "--connection", "main", "--list", "8", "--segment", "Anas", "--email", "mail"),
		"segue: --list: the account has no list 8. Choose another list, or create one")
	require.Equal(t, "Export \"VIPs\" is removed. Its list stays as it is.\n", b.ok("export", "remove", "VIPs"))
}

func plan() *activation.PlanSummary {
	return &activation.PlanSummary{
		Members: 12431, Add: 120, Update: 15, Unchanged: 12200, Rejected: 40, Duplicates: 56, ThroughOthers: 4, Leavers: 310, Remove: 300, StillWanted: 10, RefusalRemovals: 2,
		Reasons: map[string]int64{"no_consent": 30, "email_invalid": 10}, Withheld: map[string]int64{"phone_shared": 4}, ThereBefore: 1,
		Calls: map[string]int64{"import": 1, "process": 40}, ExpectedSeconds: 95, DataAt: time.Date(2026, 11, 24, 6, 30, 0, 0, time.UTC),
	}
}

func receipt() *activation.Receipt {
	return &activation.Receipt{
		Members: 12431, Added: 120, Updated: 15, Unchanged: 12200, Rejected: 40, Duplicates: 56, ThroughOthers: 4, Leavers: 310, Removed: 300, StillWanted: 10, RefusalRemoved: 2,
		Reasons: map[string]int64{"no_consent": 30, "email_invalid": 10}, ListSize: 12345, APICalls: map[string]int64{"import": 1},
	}
}

const planText = "" +
	"People in the segments              12,431\n" +
	"  to add                               120\n" +
	"  to update                             15\n" +
	"  unchanged                         12,200\n" +
	"  rejected                              40  30 no consent, 10 address not valid\n" +
	"  duplicates                            56  their addresses go out; 4 of them with the values of a profile outside the segments that has the same address\n" +
	"People who leave                       310\n" +
	"  to remove                            300\n" +
	"  to keep                                0\n" +
	"  still wanted by another export        10\n" +
	"Others to remove, who take no mail       2\n" +
	"Exported without their phone or other identifier: 4 phone shared with another address.\n" +
	"1 person was on the list before; leaving a segment does not remove them.\n" +
	"Takes 41 API calls (40 process, 1 import) and about 2 minutes.\n" +
	"Data as of 2026-11-24 06:30.\n"

const receiptText = "" +
	"People in the segments            12,431\n" +
	"  added                              120\n" +
	"  updated                             15\n" +
	"  unchanged                       12,200\n" +
	"  rejected                            40\n" +
	"  duplicates                          56  their addresses go out; 4 of them with the values of a profile outside the segments that has the same address\n" +
	"  not sent                             0\n" +
	"People who left                      310\n" +
	"  removed                            300\n" +
	"  kept                                 0\n" +
	"  still wanted by another export      10\n" +
	"  not removed                          0\n" +
	"Others removed, who take no mail       2\n" +
	"Not exported or not removed: 30 no consent, 10 address not valid. Who: segue run rejects RUN\n" +
	"The list holds 12,345 people.\n" +
	"Took 1 API call (1 import).\n"

func TestDryRunShowsItsPlan(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start("--dry-run")
	b.setRun(id, func(r *activation.Run) { r.Status, r.Plan, r.EndedAt = activation.StatusSuccessful, plan(), time.Now() })
	out := b.ok("run", "show", id)
	require.Contains(t, out, "Dry run       "+id+"\nStatus        Planned\nAsked for by  the server's machine\n")
	require.Contains(t, out, "\nPlan\n"+planText)
}

func TestABeginningOfARunsIdIsEnough(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	ids := []string{"01a20f00-aaaa-7000-8000-000000000001", "01a20f00-aabb-7000-8000-000000000002"}
	first := b.start("--dry-run")
	require.NoError(t, b.Store.Update(t.Context(), func(tx store.Tx) error {
		old, err := tx.Run(t.Context(), activation.RunID(first))
		if err != nil {
			return err
		}
		for _, id := range ids {
			old.ID = activation.RunID(id)
			if err := tx.CreateRun(t.Context(), old, ""); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Contains(t, b.ok("run", "show", "01a20f00-aaa"), ids[0])
	require.Contains(t, b.ok("run", "show", "01A20F00-AAB"), ids[1], "in capitals as well")
	require.Contains(t, b.ok("run", "show", ids[0]), ids[0])
	require.Contains(t, b.fails(exitUsage, "run", "show", "01a20f00"), "2 runs have an id that begins with 01a20f00. Give more of the id: segue run list")
	b.fails(exitNotFound, "run", "show", "01a20f0") // less than 8 characters stand for none
	b.fails(exitNotFound, "run", "show", "01a20f00-c")
	b.ok("run", "cancel", "01a20f00-aaaa")
}

func TestStartingSaysWhichHeldRunIsReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start()
	b.setRun(id, func(r *activation.Run) { r.Status = activation.StatusHeld })
	require.Contains(t, b.ok("run", "start", "VIP"), "It replaces the held run "+id+", which is canceled.\n")
}

func TestEndedRunShowsItsReceipt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start()
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.Plan, r.Receipt, r.EndedAt = activation.StatusWithRejects, plan(), receipt(), time.Now()
	})
	out := b.ok("run", "show", id)
	require.Contains(t, out, "Status        Successful with rejects\n")
	require.Contains(t, out, "\nReceipt\n"+strings.Replace(receiptText, "RUN", id, 1))
	require.NotContains(t, out, "Plan\n")
	require.Contains(t, b.ok("run", "list"), "VIP     run   Successful with rejects    120       15      300        40  2026-11-24 10:00\n")
	require.Contains(t, b.ok("export", "list"), "Successful with rejects  no       12,335  2026-11-24 10:00           edit\n")
}

func TestWaitingShowsHowARunGetsOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start()
	// The run gets on whenever what it did before has been shown.
	after := map[string]func(*activation.Run){
		"Queued\n": func(r *activation.Run) { r.Status, r.Step = activation.StatusRunning, activation.StepPlan },
		"Planning\n": func(r *activation.Run) {
			r.Step, r.Progress = activation.StepSend, activation.Progress{Removals: 10, RemovalsDone: 10, Imports: 90, ImportsDone: 40}
		},
		"Sending: 50 % of 100 people\n": func(r *activation.Run) {
			r.Status, r.Receipt, r.EndedAt = activation.StatusSuccessful, receipt(), time.Now()
		},
	}
	b.printed = func(out string) {
		for line, f := range after {
			if strings.HasSuffix(out, line) {
				delete(after, line)
				b.setRun(id, f)
			}
		}
	}
	r := b.run("run", "watch", id)
	b.printed = nil
	require.Equal(t, 0, r.code, r.err)
	require.True(t, strings.HasPrefix(r.out, "Queued\nPlanning\nSending: 50 % of 100 people\nSuccessful\n"), r.out)
	require.Contains(t, r.out, strings.Replace(receiptText, "RUN", id, 1))
	require.NotContains(t, r.out, "\x1b", "no terminal, no control sequences")
	require.Contains(t, b.ok("run", "watch", id), strings.Replace(receiptText, "RUN", id, 1), "an ended run is shown at once")
}

func TestExitCodeSaysHowTheRunEnded(t *testing.T) {
	t.Parallel()
	for status, want := range map[activation.RunStatus]int{
		activation.StatusSuccessful: 0, activation.StatusWithRejects: 0, activation.StatusFailed: exitFailed, activation.StatusCanceled: exitCanceled,
		activation.StatusHeld: exitHeld,
	} {
		b := newBench(t)
		b.withExport()
		id := b.start()
		b.setRun(id, func(r *activation.Run) {
			r.Status, r.Error, r.Remedy = status, "something happened", "Look at it"
			if status == activation.StatusHeld {
				r.Plan = plan()
				r.Plan.Held = []activation.HoldReason{{Code: "removes_share", Count: 300, Of: 900}}
			}
		})
		r := b.run("run", "watch", id)
		require.Equal(t, want, r.code, "%s: %s", status, r.err)
		require.Contains(t, r.out, "something happened. Look at it.\n")
		if status == activation.StatusHeld {
			require.Contains(t, r.out, "Held: 300 of 900 people would leave the list.\n")
			require.Contains(t, r.out, "Let it go on: segue run release "+id)
			require.Contains(t, b.ok("run", "release", id), "The run goes on.")
		}
	}
}

func TestRunIsStartedOnceForAKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start("--idempotency-key", "k")
	require.Equal(t, id, b.start("--idempotency-key", "k"))
	require.Contains(t, b.fails(exitConflict, "run", "start", "VIP"), "a run of this export is under way")
	require.Equal(t, "The run stops before its next batch.\n", b.ok("run", "cancel", id))
	require.Contains(t, b.fails(exitConflict, "run", "refuse", id), "the run is not held")
	require.Contains(t, b.fails(exitNotFound, "run", "start", "none"), `there is no export "none"`)
}

func TestRowsSayWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start()
	b.Book.List = []ledger.RunRow{
		{Number: 1, ProfileID: "c1", Address: "ana@example.com", List: 7, Bucket: activation.BucketAdded, Withheld: map[string]string{"SMS": "phone_shared", "EXT_ID": "identifier_shared"}},
		{Number: 2, ProfileID: "c2", List: 7, Bucket: activation.BucketRejected, Settled: true, Reason: "invalid_value", Attribute: "BORN", Why: "=bad"},
		{Number: 3, ProfileID: "c3", List: 7, Bucket: activation.BucketDuplicate, Settled: true, DuplicateOf: "c1"},
	}
	rows := b.ok("run", "rows", id)
	for _, line := range []string{
		"c1       ana@example.com     7  to be added  EXT_ID left out: identifier shared with another address; SMS left out: phone shared with another address\n",
		"c2                           7  rejected     a value does not fit its attribute; BORN; =bad\n",
		"c3                           7  duplicate    the values of c1 are used\n",
	} {
		require.Contains(t, rows, line)
	}
	require.Len(t, jsonItems(t, b.ok("run", "rows", id, "--bucket", "rejected", "-o", "json")), 1)
	require.Contains(t, b.ok("run", "rows", id, "--reason", "no_consent"), "There is nobody to list")
	require.Contains(t, b.ok("run", "rejects", id), "c2,,7,invalid_value,BORN,'=bad,\n")
	file := filepath.Join(t.TempDir(), "rejects.csv")
	b.ok("run", "rejects", id, "-f", file)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it holds people's addresses")
	require.Contains(t, b.fails(exitUsage, "run", "rejects", id, "-f", file), "cannot be written")
	require.Contains(t, b.ok("run", "rejects", "vip"), "c2,,7,invalid_value,BORN,'=bad,\n", "of the last run of the export")
	require.Contains(t, b.fails(exitNotFound, "run", "rejects", "none"), "there is no run and no export \"none\". See the runs: segue run list")
	b.Book.Batches = []ledger.Batch{{ID: "b", Kind: ledger.BatchImport, List: 7, Seq: 1, Rows: 1200, Bytes: 90000, State: ledger.BatchEnded, Process: 4711, Attempts: 1}}
	require.Contains(t, b.ok("run", "batches", id), " 1  import     7  1,200  90,000  ended     4711     1\n")
	require.Contains(t, b.ok("profile", "get", "c1"), "What runs did\n")
}

func TestStandingsAreShownWithACustomer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	at := time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)
	b.Book.Standing = []ledger.Standing{{List: 7, Export: "e1", Ownership: ledger.ThereBefore, Acknowledged: true, FirstSentAt: at, AcknowledgedAt: at}}
	require.Contains(t, b.ok("profile", "get", "c1"), ""+
		"On lists\n"+
		"LIST  EXPORT  STANDING      FIRST SENT        ACKNOWLEDGED\n"+
		"   7  e1      there before  2026-11-23 06:30  2026-11-23 06:30\n", "an export that is gone keeps its id")
}

func TestStandingsNameTheirExport(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	var l client.ExportList
	require.NoError(t, json.Unmarshal([]byte(b.ok("export", "list", "-o", "json")), &l))
	require.Len(t, l.Items, 1)
	b.Book.Standing = []ledger.Standing{{List: 7, Export: activation.ExportID(l.Items[0].ID), Ownership: ledger.Owned}}
	out := b.ok("profile", "get", "c1")
	require.Contains(t, out, "   7  "+l.Items[0].Name+" ")
	require.NotContains(t, out, l.Items[0].ID)
}
