package ledgertest

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func next(d *Desk, run activation.RunID) ledger.Batch {
	d.Helper()
	b, ok, err := d.L.NextBatch(d.ctx(), run)
	require.NoError(d, err)
	require.True(d, ok, "there is another batch")
	return b
}

func sentNotAcknowledged(d *Desk) {
	ana := person("p1", "ana@example.com", "Ana")
	run, _ := d.Plan("e", 1, []Member{ana}, nil)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	st, err := d.L.Standings(d.ctx(), "ana@example.com")
	require.NoError(d, err)
	require.Len(d, st, 1)
	require.False(d, st[0].Acknowledged)
	require.Equal(d, ledger.Owned, st[0].Ownership, "ownership begins when it is sent")
	require.NoError(d, d.L.RecordUnknown(d.ctx(), b.ID))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonStopped))
	rc := d.Finish(run)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Members, rc.NotSent})
	require.EqualValues(d, 1, rc.Reasons[activation.ReasonOutcomeUnknown])

	_, sum := d.Plan("e", 1, []Member{ana}, nil)
	require.EqualValues(d, 1, sum.Add, "what was only sent is not unchanged; first acknowledged is added")
	s, rc := d.Do("e", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals, "what was only sent is a leaver")
	require.EqualValues(d, 1, rc.Removed)

	// An update whose outcome is unknown is neither the old value nor the new one.
	d.Do("e", 1, []Member{ana}, nil)
	anna := person("p1", "ana@example.com", "Anna")
	run, _ = d.Plan("e", 1, []Member{anna}, nil)
	b = next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 7))
	require.NoError(d, d.L.SettleUnknown(d.ctx(), b.ID, activation.ReasonOutcomeUnknown, "", d.now))
	d.Finish(run)
	for _, m := range []Member{ana, anna} {
		_, sum = d.Plan("e", 1, []Member{m}, nil)
		require.EqualValues(d, 1, sum.Update)
	}
}

func fingerprints(d *Desk) {
	ana := []Member{person("p1", "ana@example.com", "Ana")}
	d.Do("e", 1, ana, nil)
	_, sum := d.Plan("e", 1, ana, nil)
	require.EqualValues(d, 1, sum.Unchanged)
	d.Specs[0].Name = "NAME"
	_, sum = d.Plan("e", 1, ana, nil)
	require.EqualValues(d, 1, sum.Update, "another attribute name")
	d.Specs = []activation.AttributeSpec{{Name: "FIRSTNAME", Type: activation.AttributeText}}
	_, sum = d.Plan("e", 1, ana, nil)
	require.EqualValues(d, 1, sum.Unchanged, "an attribute that sends nothing is not part of it")
	d.Specs[0].Type, d.Specs[0].Options = activation.AttributeMultipleChoice, []string{"Ana"}
	_, sum = d.Plan("e", 1, ana, nil)
	require.EqualValues(d, 1, sum.Update, "another format")
}

// orderOfAttributes holds that nobody is sent again because the attributes of a mapping are lined up in another way (S14).
func orderOfAttributes(d *Desk) {
	d.Specs = []activation.AttributeSpec{{Name: "POINTS", Type: activation.AttributeNumber}, {Name: "CITY", Type: activation.AttributeText}, {Name: "SMS", Type: activation.AttributeIdentifier}}
	s, _ := d.Do("e", 1, []Member{person("p1", "ana@example.com", "5", "Split", "+385911111111")}, nil)
	require.JSONEq(d, `{"POINTS":5,"CITY":"Split","SMS":"+385911111111"}`, s.Imports["ana@example.com"])
	d.Specs[0], d.Specs[1], d.Specs[2] = d.Specs[2], d.Specs[0], d.Specs[1]
	_, sum := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "+385911111111", "5", "Split")}, nil)
	require.EqualValues(d, []int64{1, 0}, []int64{sum.Unchanged, sum.Update})
	run, sum := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "+385911111111", "many", "Split")}, nil)
	require.EqualValues(d, 1, sum.Reasons[activation.ReasonInvalidValue], "values are those of their attributes")
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Bucket: activation.BucketRejected})
	require.NoError(d, err)
	require.Equal(d, "POINTS", rows[0].Attribute)
}

func rendering(d *Desk) {
	for _, c := range []struct {
		spec  activation.AttributeSpec
		value string
		want  string // empty: the type cannot hold it
	}{
		{activation.AttributeSpec{Type: activation.AttributeText}, `O'Neil "Q"; žaba` + "\n\\", `"O'Neil \"Q\"; žaba\n\\"`},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "12.5", "12.5"},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "-0.001", "-0.001"},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "1e3", "1e3"},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "12,5", ""},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "007", ""},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "NaN", ""},
		{activation.AttributeSpec{Type: activation.AttributeNumber}, "1e999", ""},
		{activation.AttributeSpec{Type: activation.AttributeDate}, "2026-02-28", `"2026-02-28"`},
		{activation.AttributeSpec{Type: activation.AttributeDate}, "2026-02-28T10:00:00Z", `"2026-02-28"`},
		{activation.AttributeSpec{Type: activation.AttributeDate}, "2026-02-30", ""},
		{activation.AttributeSpec{Type: activation.AttributeDate}, "28.2.2026", ""},
		{activation.AttributeSpec{Type: activation.AttributeBoolean}, "true", `"Yes"`},
		{activation.AttributeSpec{Type: activation.AttributeBoolean}, "false", `"No"`},
		{activation.AttributeSpec{Type: activation.AttributeBoolean}, "perhaps", ""},
		{activation.AttributeSpec{Type: activation.AttributeCategory, Options: []string{"gold", "silver"}}, "gold", `"gold"`},
		{activation.AttributeSpec{Type: activation.AttributeCategory, Options: []string{"gold", "silver"}}, "Gold", ""},
		{activation.AttributeSpec{Type: activation.AttributeMultipleChoice, Options: []string{"chess", "golf"}}, "chess; golf", `["chess","golf"]`},
		{activation.AttributeSpec{Type: activation.AttributeMultipleChoice, Options: []string{"chess", "golf"}}, "chess; tennis", ""},
	} {
		c.spec.Name = "A"
		d.Specs = []activation.AttributeSpec{c.spec}
		run, sum := d.Plan("e", 1, []Member{person("p1", "ana@example.com", c.value)}, nil)
		name := fmt.Sprintf("%s %q", c.spec.Type, c.value)
		if c.want == "" {
			require.EqualValues(d, 1, sum.Reasons[activation.ReasonInvalidValue], name)
			rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Bucket: activation.BucketRejected})
			require.NoError(d, err)
			require.Len(d, rows, 1, name)
			require.Equal(d, "A", rows[0].Attribute, "the attribute is named")
			continue
		}
		rows, err := d.L.BatchRows(d.ctx(), next(d, run).ID)
		require.NoError(d, err)
		require.Equal(d, `{"A":`+c.want+`}`, string(rows[0].Attributes), name)
	}
}

// cutInTheZone holds that a moment becomes the day that it is in the export's time zone, around midnight and where clocks
// change: in Zagreb on 29 March and on 25 October 2026.
func cutInTheZone(d *Desk) {
	for _, c := range []struct{ zone, value, want string }{
		{"Europe/Zagreb", "2026-11-24T22:59:59.999999Z", "2026-11-24"},
		{"Europe/Zagreb", "2026-11-24T23:00:00Z", "2026-11-25"},
		{"Europe/Zagreb", "2026-07-01T21:59:59Z", "2026-07-01"},
		{"Europe/Zagreb", "2026-07-01T22:00:00Z", "2026-07-02"},
		{"Europe/Zagreb", "2026-03-28T22:30:00Z", "2026-03-28"},
		{"Europe/Zagreb", "2026-03-28T23:30:00Z", "2026-03-29"},
		{"Europe/Zagreb", "2026-03-29T21:59:00Z", "2026-03-29"},
		{"Europe/Zagreb", "2026-03-29T22:00:00Z", "2026-03-30"},
		{"Europe/Zagreb", "2026-10-24T22:00:00Z", "2026-10-25"},
		{"Europe/Zagreb", "2026-10-25T22:59:00Z", "2026-10-25"},
		{"Europe/Zagreb", "2026-10-25T23:00:00Z", "2026-10-26"},
		{"America/New_York", "2026-01-01T04:59:00Z", "2025-12-31"},
		{"", "2026-11-24T23:30:00Z", "2026-11-24"},
		{"UTC", "2026-11-24T23:30:00Z", "2026-11-24"},
		{"Europe/Zagreb", "2026-11-24T23:30:00-05:00", "2026-11-25"},
		{"Europe/Zagreb", "2026-11-24", "2026-11-24"},          // a day is a day everywhere
		{"Europe/Zagreb", "2026-11-24T23:30:00", "2026-11-24"}, // a text that names no zone is no moment
		{"Europe/Zagreb", "2026-02-30T10:00:00Z", ""},
		{"Europe/Zagreb", "9999-12-31T23:30:00Z", ""}, // no day that a date can hold
		{"America/New_York", "0001-01-01T00:30:00Z", ""},
	} {
		d.Specs, d.Zone = []activation.AttributeSpec{{Name: "SEEN", Type: activation.AttributeDate}}, c.zone
		run, sum := d.Plan("e", 1, []Member{person("p1", "ana@example.com", c.value)}, nil)
		if c.want == "" {
			require.EqualValues(d, 1, sum.Reasons[activation.ReasonInvalidValue], "%s in %s", c.value, c.zone)
			continue
		}
		rows, err := d.L.BatchRows(d.ctx(), next(d, run).ID)
		require.NoError(d, err)
		require.Equal(d, `{"SEEN":"`+c.want+`"}`, string(rows[0].Attributes), "%s in %s", c.value, c.zone)
	}

	// What is sent is what counts (S14): another zone updates those whose day is another one there.
	d.Zone = "UTC"
	late, noon := person("p1", "ana@example.com", "2026-11-24T23:30:00Z"), person("p2", "ivo@example.com", "2026-11-24T12:00:00Z")
	d.Do("e", 1, []Member{late, noon}, nil)
	d.Zone = "Europe/Zagreb"
	_, sum := d.Plan("e", 1, []Member{late, noon}, nil)
	require.EqualValues(d, []int64{1, 1}, []int64{sum.Update, sum.Unchanged})
}

func couldNotBeSent(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Anna"), person("p2", "ivo@example.com", "Ivan")}, nil)
	d.Settle(run, "ana@example.com")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1, 0}, []int64{rc.Members, rc.Updated, rc.Rejected, rc.Leavers})
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Reason: activation.ReasonRejectedByBrevo})
	require.NoError(d, err)
	require.Len(d, rows, 1)
	require.Equal(d, "invalid_emails: bad", rows[0].Why, "what the destination said is kept")
	s, rc := d.Do("e", 1, []Member{person("p1", "ana@example.com", "Anna"), person("p2", "ivo@example.com", "Ivan")}, nil)
	require.Len(d, s.Imports, 1, "tried again next run")
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Updated, rc.Unchanged})

	d.Specs = []activation.AttributeSpec{{Name: "POINTS", Type: activation.AttributeNumber}}
	_, rc = d.Do("e", 1, []Member{person("p1", "ana@example.com", "many"), person("p2", "ivo@example.com", "5")}, nil)
	require.EqualValues(d, []int64{1, 1, 0}, []int64{rc.Updated, rc.Rejected, rc.Leavers}, "an invalid value is no leaver")
}

func emptyValues(d *Desk) {
	s, _ := d.Do("e", 1, []Member{person("p1", "ana@example.com", "", "")}, nil)
	require.Equal(d, "{}", s.Imports["ana@example.com"])
}

func splits(d *Desk) {
	var people []Member
	for i := range 5 {
		people = append(people, person(id(i), id(i)+"@example.com", "x"))
	}
	run, _ := d.Plan("e", 1, people, nil)
	send := func(b ledger.Batch) {
		d.process++
		require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, d.process, d.now))
		require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, d.process))
	}
	seen := map[string]int{}
	for range 40 {
		b, ok, err := d.L.NextBatch(d.ctx(), run)
		require.NoError(d, err)
		if !ok {
			break
		}
		rows, err := d.L.BatchRows(d.ctx(), b.ID)
		require.NoError(d, err)
		send(b)
		bad := false
		for _, r := range rows {
			bad = bad || r.Address == "paac@example.com"
		}
		if bad {
			require.NoError(d, d.L.Split(d.ctx(), b.ID, 40, d.now))
			continue
		}
		for _, r := range rows {
			seen[string(r.Address)]++
		}
		require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	}
	rc := d.Finish(run)
	require.EqualValues(d, []int64{5, 4, 1}, []int64{rc.Members, rc.Added, rc.Rejected}, "one bad row does not stop the others")
	require.EqualValues(d, 1, rc.Reasons[activation.ReasonImportFailed])
	for a, n := range seen {
		require.Equal(d, 1, n, a)
	}
	require.Len(d, seen, 4)

	run, _ = d.Plan("e2", 1, people, nil)
	b := next(d, run)
	send(b)
	require.NoError(d, d.L.Split(d.ctx(), b.ID, 1, d.now))
	rc = d.Finish(run)
	require.EqualValues(d, 5, rc.Reasons[activation.ReasonImportFailed], "at most so many imports")
}

func deterministic(d *Desk) {
	var people []Member
	for i := range 300 {
		people = append(people, person(id(i), id(i)+"@example.com", "x"))
	}
	d.Limits.MaxRows = 40
	d.Do("e", 1, people[:200], nil)
	read := func(run activation.RunID) string {
		var b strings.Builder
		batches, err := d.L.BatchesOf(d.ctx(), run)
		require.NoError(d, err)
		fmt.Fprintf(&b, "%+v\n", batches)
		rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Limit: 1000})
		require.NoError(d, err)
		fmt.Fprintf(&b, "%+v\n", rows)
		for _, x := range batches {
			r, err := d.L.BatchRows(d.ctx(), x.ID)
			require.NoError(d, err)
			fmt.Fprintf(&b, "%+v\n", r)
		}
		return b.String()
	}
	run, one := d.Plan("e", 1, people[30:], nil)
	first := read(run)
	two := d.PlanAs(run, "e", 1, people[30:], nil)
	require.Equal(d, one, two)
	require.Equal(d, first, read(run))
}

func movedSincePlan(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana", "+385911111111"), person("p2", "ivo@example.com", "Ivo")}
	run, _ := d.Plan("e", 1, people, nil)
	d.Mirror(ledger.MirrorContact{Contact: 1, Address: "ivo@example.com", OptedOut: true},
		ledger.MirrorContact{Contact: 2, Address: "other@example.com", Identifiers: map[string]string{"SMS": "385911111111"}})
	err := d.L.RecordSending(d.ctx(), next(d, run).ID, 0, d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err))
	d.PlanAs(run, "e", 1, people, nil)
	s := d.Settle(run)
	require.Equal(d, map[string]string{"ana@example.com": `{"FIRSTNAME":"Ana"}`}, s.Imports)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Added, rc.Rejected})

	// Half-way: what was sent stays as it is, the rest is planned anew.
	d.Limits.MaxRows = 1
	more := append(people[:1:1], person("p3", "eva@example.com", "Eva"), person("p4", "mia@example.com", "Mia"))
	run, _ = d.Plan("e", 1, more, nil)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 50))
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	d.Mirror(ledger.MirrorContact{Contact: 3, Address: "mia@example.com", OptedOut: true})
	d.PlanAs(run, "e", 1, more, nil)
	s = d.Settle(run)
	require.Empty(d, s.Imports, "Eva went out before, Mia opted out")
	rc = d.Finish(run)
	require.EqualValues(d, []int64{3, 1, 1, 1}, []int64{rc.Members, rc.Added, rc.Unchanged, rc.Rejected})

	// A leaver whom another export came to want is not removed.
	d.Do("a", 7, []Member{person("p9", "tin@example.com", "Tin"), person("p8", "lea@example.com", "Lea")}, nil)
	leave, _ := d.Plan("a", 7, []Member{person("p8", "lea@example.com", "Lea")}, nil)
	d.Do("b", 7, []Member{person("p9", "tin@example.com", "Tin")}, nil)
	err = d.L.RecordSending(d.ctx(), next(d, leave).ID, 0, d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err))
}

func aborted(d *Desk) {
	d.Do("e", 1, []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}, nil)
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Anna"), person("p3", "eva@example.com", "Eva")}, nil)
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	_, ok, err := d.L.NextBatch(d.ctx(), run)
	require.NoError(d, err)
	require.False(d, ok)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 2, 1, 1}, []int64{rc.Members, rc.NotSent, rc.Leavers, rc.NotRemoved})
	require.EqualValues(d, 3, rc.Reasons[activation.ReasonCanceled])
	st, err := d.L.RunState(d.ctx(), run)
	require.NoError(d, err)
	require.Equal(d, activation.ReasonCanceled, st.Aborted)
	_, rc = d.Do("e", 1, []Member{person("p1", "ana@example.com", "Anna"), person("p3", "eva@example.com", "Eva")}, nil)
	require.EqualValues(d, []int64{1, 1, 1}, []int64{rc.Updated, rc.Added, rc.Removed}, "the next run does all of it")
}

func unknownBatch(d *Desk) {
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana", "+385911111111"), person("p2", "ivo@example.com", "Ivo")}, nil)
	b := next(d, run)
	before, err := d.L.BatchRows(d.ctx(), b.ID)
	require.NoError(d, err)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 41, d.now))
	d.Reopen()
	b = next(d, run)
	require.Equal(d, ledger.BatchSending, b.State, "after a crash it is seen that a call may have been made")
	require.EqualValues(d, 41, b.Watermark)
	require.NoError(d, d.L.RecordUnknown(d.ctx(), b.ID))
	require.NoError(d, d.L.RecordNotDone(d.ctx(), b.ID))
	after, err := d.L.BatchRows(d.ctx(), next(d, run).ID)
	require.NoError(d, err)
	require.Equal(d, before, after, "the same batch goes out again")
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 44, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 45))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 45), "recording twice changes nothing")
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now), "settling twice changes nothing")
	require.EqualValues(d, 2, d.Finish(run).Added)
	err = d.L.RecordSending(d.ctx(), b.ID, 50, d.now)
	require.Error(d, err, "what has ended is never sent again")
}

func noValuesKept(d *Desk) {
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	planned, err := d.L.AddressRows(d.ctx(), "ana@example.com", 10)
	require.NoError(d, err)
	require.Equal(d, []any{false, d.now}, []any{planned[0].Settled, planned[0].At}, "as old as its plan")
	b := next(d, run)
	d.Settle(run)
	d.Finish(run)
	rows, err := d.L.BatchRows(d.ctx(), b.ID)
	require.NoError(d, err)
	require.Empty(d, rows)
	kept, err := d.L.AddressRows(d.ctx(), "ana@example.com", 10)
	require.NoError(d, err)
	require.Len(d, kept, 1, "what was done is remembered")
	require.NoError(d, d.L.Prune(d.ctx(), d.now.Add(time.Hour)))
	kept, err = d.L.AddressRows(d.ctx(), "ana@example.com", 10)
	require.NoError(d, err)
	require.Empty(d, kept, "dropped after 90 days")
	_, sum := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	require.EqualValues(d, 1, sum.Unchanged, "what was acknowledged stays known")
}

func reopened(d *Desk) {
	d.Do("e", 1, []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}, nil)
	d.Reopen()
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Anna")}, nil)
	for {
		d.Reopen()
		b, ok, err := d.L.NextBatch(d.ctx(), run)
		require.NoError(d, err)
		if !ok {
			break
		}
		require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
		d.Reopen()
		if b.Kind == ledger.BatchRemoval {
			require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
			continue
		}
		require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 9))
		d.Reopen()
		require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	}
	d.Reopen()
	open, err := d.L.OpenRuns(d.ctx())
	require.NoError(d, err)
	require.Len(d, open, 1)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{1, 1, 1, 1}, []int64{rc.Members, rc.Updated, rc.Leavers, rc.Removed})
	d.Reopen()
	open, err = d.L.OpenRuns(d.ctx())
	require.NoError(d, err)
	require.Empty(d, open)
}

func cutting(d *Desk) {
	d.Limits = activation.CallLimits{MaxBody: 1000, RowOverhead: 30, MaxRows: 7, MaxRemovals: 150}
	var people []Member
	for i := range 400 {
		people = append(people, person(id(i), id(i)+"@example.com", strings.Repeat("x", i%60)))
	}
	people = append(people, person("huge", "huge@example.com", strings.Repeat("y", 2000)))
	run, sum := d.Plan("e", 1, people, nil)
	require.EqualValues(d, 1, sum.Reasons[activation.ReasonTooLarge])
	batches, err := d.L.BatchesOf(d.ctx(), run)
	require.NoError(d, err)
	seen := map[activation.Email]bool{}
	for _, b := range batches {
		rows, err := d.L.BatchRows(d.ctx(), b.ID)
		require.NoError(d, err)
		require.LessOrEqual(d, len(rows), 7)
		bytes := int64(0)
		for _, r := range rows {
			require.False(d, seen[r.Address], "in one batch only")
			seen[r.Address] = true
			bytes += 30 + int64(len(r.Address)) + 2 + int64(len(r.Attributes))
		}
		require.LessOrEqual(d, bytes, int64(1000))
		require.Equal(d, b.Bytes, bytes)
	}
	require.Len(d, seen, 400)
	d.Settle(run)
	d.Finish(run)
	run, _ = d.Plan("e", 1, nil, nil)
	batches, err = d.L.BatchesOf(d.ctx(), run)
	require.NoError(d, err)
	require.Len(d, batches, 3, "400 removals, 150 a call")
}

func dryRun(d *Desk) {
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	require.NoError(d, d.L.EndDry(d.ctx(), run, d.now))
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{})
	require.NoError(d, err)
	require.Len(d, rows, 1)
	require.False(d, rows[0].Settled)
	require.Equal(d, activation.BucketAdded, rows[0].Bucket)
	st, err := d.L.Standings(d.ctx(), "ana@example.com")
	require.NoError(d, err)
	require.Empty(d, st)
	real, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	require.NoError(d, d.L.Discard(d.ctx(), real))
	_, err = d.L.RunState(d.ctx(), real)
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
	sent, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	d.Settle(sent)
	require.Error(d, d.L.Discard(d.ctx(), sent), "a run of which something was sent is not forgotten")
}

func rowsByBucket(d *Desk) {
	run, _ := d.Plan("e", 1, []Member{
		person("p1", "ana@example.com", "Ana"), {ID: "p2", Problem: "email_no_at"}, {ID: "p3", Problem: "email_no_at"},
		{ID: "p4", Address: "ana@example.com", Winner: "p1"},
	}, nil)
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Reason: "email_no_at", Limit: 1})
	require.NoError(d, err)
	require.Len(d, rows, 1)
	require.Equal(d, "p2", rows[0].ProfileID)
	rows, err = d.L.Rows(d.ctx(), run, ledger.RowFilter{Reason: "email_no_at", After: rows[0].Number})
	require.NoError(d, err)
	require.Len(d, rows, 1)
	require.Equal(d, "p3", rows[0].ProfileID)
	rows, err = d.L.Rows(d.ctx(), run, ledger.RowFilter{Bucket: activation.BucketDuplicate})
	require.NoError(d, err)
	require.Len(d, rows, 1)
	require.Equal(d, "p1", rows[0].DuplicateOf)
}

// refusedAfterSent: another run takes off somebody whom the run under way has sent already, and the rest is planned again.
func refusedAfterSent(d *Desk) {
	d.Limits.MaxRows = 1
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "mia@example.com", "Mia")}
	run, _ := d.Plan("e", 1, people, nil)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 7))
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	at := d.now
	d.Later(time.Hour)
	s, rc := d.Do("e2", 2, nil, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals)
	require.EqualValues(d, 1, rc.RefusalRemoved)
	d.now = at
	d.PlanAs(run, "e", 1, people, nil)
	d.Settle(run)
	rc = d.Finish(run)
	require.EqualValues(d, []int64{3, 3}, []int64{rc.Members, rc.Added}, "she was added, and taken off by the other run")
}

func proofCovers(d *Desk) {
	d.Specs = []activation.AttributeSpec{{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "VIP", Type: activation.AttributeBoolean}, {Name: "POINTS", Type: activation.AttributeNumber}}
	people := []Member{person("x1", "x1@example.com", "", "true"), person("x2", "x2@example.com", "", "false"), person("x3", "x3@example.com", "", "", "5"), person("x4", "x4@example.com", "", "", "5")}
	for i := range 10 {
		people = append(people, person(fmt.Sprintf("p%d", i), fmt.Sprintf("p%d@example.com", i), strings.Repeat("long", 10)))
	}
	run, _ := d.Plan("e", 1, people, nil)
	b := next(d, run)
	addresses := func(n int, except ...activation.Email) (list []string) {
		rows, err := d.L.Proof(d.ctx(), b.ID, n, except)
		require.NoError(d, err)
		for _, r := range rows {
			list = append(list, string(r.Address))
		}
		return list
	}
	require.Equal(d, []string{"p0@example.com", "p1@example.com", "x1@example.com", "x2@example.com", "x3@example.com"}, addresses(5))
	require.Equal(d, []string{"p1@example.com", "x1@example.com", "x2@example.com", "x4@example.com"}, addresses(2, "p0@example.com", "x3@example.com"), "each attribute, though it takes more")
}

func refusalsApart(d *Desk) {
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	d.Do("other", 2, []Member{ana}, nil)
	d.Do("e", 1, []Member{ana, ivo, eva}, nil)
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	run, _ := d.Plan("e", 1, []Member{{ID: "p1", Address: "ana@example.com", Problem: activation.ReasonNoConsent, Winner: "p1"}, ivo}, refused)
	list, err := d.L.BatchesOf(d.ctx(), run)
	require.NoError(d, err)
	got := map[string]bool{}
	for _, b := range list {
		people, err := d.L.BatchRemovals(d.ctx(), b.ID)
		require.NoError(d, err)
		require.Len(d, people, 1)
		got[fmt.Sprint(b.List, " ", string(people[0]))] = b.Refusals
	}
	require.Equal(d, map[string]bool{"1 ana@example.com": true, "2 ana@example.com": true, "1 eva@example.com": false}, got)
	b, ok, err := d.L.NextBatch(d.ctx(), run)
	require.NoError(d, err)
	require.True(d, ok && b.Refusals, "they come first")
}

// twoAddresses holds that a profile which wins an address that it has through another e-mail field, and one of its own or none, is counted
// under its own only (S5, S11).
func twoAddresses(d *Desk) {
	ana := person("p1", "ana@example.com", "Other")
	ana.Winner = "p2"
	members := []Member{ana, person("p2", "other@example.com", "Other"), person("p3", "ivo@example.com", "Ivo")}
	_, rc := d.Do("e", 1, members, nil)
	require.EqualValues(d, []int64{3, 2, 1}, []int64{rc.Members, rc.Added, rc.Duplicates})
	s, rc := d.Do("e", 1, members, nil)
	require.Empty(d, s.Calls)
	require.EqualValues(d, []int64{3, 2, 1}, []int64{rc.Members, rc.Unchanged, rc.Duplicates})
	members[1].Address, members[1].Problem, members[0].Values = "", string(activation.EmailMissing), []string{"Another"}
	s, rc = d.Do("e", 1, members, nil)
	require.Contains(d, s.Imports, "ana@example.com", "wanted, whoever speaks for it")
	require.EqualValues(d, []int64{3, 1, 1, 1, 1}, []int64{rc.Members, rc.Unchanged, rc.Duplicates, rc.Rejected, rc.Removed})
}
