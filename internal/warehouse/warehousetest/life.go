package warehousetest

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

func snapshots(d *Desk) {
	text := "id,name\n1,a\n2,b\n"
	def := Definition("name text")
	first := d.Text(def, text)
	second := d.Build(def)
	require.Greater(d, second.Snapshot, first.Snapshot)
	require.EqualValues(d, 2, second.Profiles)
	d.Reopen()
	list, err := d.W.Profiles(d.ctx(), "", "", 10)
	require.NoError(d, err)
	require.Len(d, list, 2, "profiles outlive the process")
	third := d.Build(def)
	require.Greater(d, third.Snapshot, second.Snapshot)
	require.NoError(d, d.W.DropTable(d.ctx(), "s"))
	require.NoError(d, d.W.DropTable(d.ctx(), "s"), "dropping what is not there is no error")
	_, err = d.W.BuildProfiles(d.ctx(), def, Now)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.Profile(d.ctx(), "1")
	require.NoError(d, err, "a build that failed leaves the one before")
	n, err := d.W.Size(d.ctx())
	require.NoError(d, err)
	require.Positive(d, n)
}

func notReady(d *Desk) {
	e := warehouse.Evaluation{Segment: Everybody("name"), AsOf: Now}
	_, err := d.W.Count(d.ctx(), e)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.Sample(d.ctx(), e, "", 1)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.Contains(d.ctx(), e, "1")
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.Profiles(d.ctx(), "", "", 1)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.Profile(d.ctx(), "1")
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.FieldStats(d.ctx(), "name", 1)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	_, err = d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{Segments: []activation.Segment{e.Segment}, AsOf: Now, Mapping: activation.Mapping{Email: "email"}, Dir: d.Out, Name: "run"})
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	d.nothingIn(d.Out)
}

func (d *Desk) nothingIn(dir string) {
	d.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(d, err)
	require.Empty(d, entries)
}

func cannotEvaluate(d *Desk) {
	d.Text(Definition("email text email", "name text", "points number"), "id,email,name,points\n1,a@example.com,a,1\n")
	for name, g := range map[string]activation.Segment{
		"a field that is gone":      Select(activation.Rule{Field: "gone", Operator: activation.OpIsEmpty}),
		"a field of another type":   Select(activation.Rule{Field: "points", Operator: activation.OpContains, Values: []string{"1"}}),
		"a value of another type":   Select(activation.Rule{Field: "points", Operator: activation.OpEquals, Values: []string{"one"}}),
		"a negation over it":        Select(activation.Rule{Field: "gone", Operator: activation.OpNotEquals, Values: []string{"1"}}),
		"no rule at all":            {Name: "empty"},
		"a combination of no kind":  {Name: "odd", Rules: append(Everybody("name").Rules, activation.SegmentRule{Combine: "minus", Rule: Everybody("name").Rules[0].Rule})},
		"a zone that is not known":  {Name: "zone", TimeZone: "Mars/Olympus", Rules: Everybody("name").Rules},
		"a tree that is too deep":   Select(deep(activation.MaxRuleDepth + 1)),
		"an operator of the future": Select(activation.Rule{Field: "name", Operator: "sounds_like", Values: []string{"a"}}),
	} {
		_, err := d.W.Count(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now})
		require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err), name)
		_, err = d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{
			Segments: []activation.Segment{Everybody("name"), g}, AsOf: Now, Mapping: activation.Mapping{Email: "email"}, Dir: d.Out, Name: "run",
		})
		require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err), name)
	}
	_, err := d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{
		Segments: []activation.Segment{Everybody("name")}, AsOf: Now, Mapping: activation.Mapping{Email: "name"}, Dir: d.Out, Name: "run",
	})
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err), "a mapping that does not fit")
	d.nothingIn(d.Out)
}

func deep(n int) activation.Rule {
	r := activation.Rule{Field: "name", Operator: activation.OpIsEmpty}
	for range n {
		r = activation.Rule{All: []activation.Rule{r}}
	}
	return r
}

func sameFiles(d *Desk) {
	var text strings.Builder
	text.WriteString("id,email,phone\n")
	for i := range 30_000 {
		n := (i * 7919) % 30_000
		text.WriteString("p" + pad(n) + ",person" + pad(n/2) + "@example.com,+38591" + "2" + pad(n/3) + "1\n")
	}
	d.Text(Definition("email text email", "phone text phone"), text.String())
	m := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("SMS", "phone")}}
	var before [3]string
	for i := range 3 {
		if i == 2 {
			d.Reopen()
		}
		h, _, addresses, _ := d.HandOver(m, Everybody("email"))
		require.Len(d, addresses, 15_000)
		for k, path := range []string{h.MembersPath, h.AddressesPath, h.RefusalsPath} {
			b, err := os.ReadFile(path)
			require.NoError(d, err)
			info, err := os.Stat(path)
			require.NoError(d, err)
			require.Equal(d, os.FileMode(0o600), info.Mode().Perm())
			if i > 0 {
				require.Equal(d, sha256.Sum256([]byte(before[k])), sha256.Sum256(b), "the file %d differs from the one before", k)
			}
			before[k] = string(b)
		}
		entries, err := os.ReadDir(d.Out)
		require.NoError(d, err)
		require.Len(d, entries, 3, "and nothing else is left")
	}
}

func pad(n int) string {
	s := "0000" + itoa(n)
	return s[len(s)-5:]
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func leavesNothing(d *Desk) {
	d.Text(Definition("email text email"), "id,email\n1,a@example.com\n")
	r := warehouse.MembersRequest{Segments: []activation.Segment{Everybody("email")}, AsOf: Now, Mapping: activation.Mapping{Email: "email"}, Dir: d.Out, Name: "run"}
	ctx, cancel := context.WithCancel(d.ctx())
	cancel()
	_, err := d.W.WriteMembers(ctx, r)
	require.ErrorIs(d, err, context.Canceled)
	for _, name := range []string{"", "../run", "a/b", ".hidden", "x*"} {
		bad := r
		bad.Name = name
		_, err = d.W.WriteMembers(d.ctx(), bad)
		require.Equal(d, activation.CodeInvalid, activation.CodeOf(err), name)
	}
	d.nothingIn(d.Out)
	r.Dir = filepath.Join(d.Out, "missing")
	_, err = d.W.WriteMembers(d.ctx(), r)
	require.Error(d, err)
	r.Dir = filepath.Join(d.Sources, "..")
	_, err = d.W.WriteMembers(d.ctx(), r)
	require.Error(d, err, "only into the folders that were allowed")
	entries, err := os.ReadDir(r.Dir)
	require.NoError(d, err)
	require.Len(d, entries, 3)
	// What stands at the last name cannot be replaced: the two before it are taken back.
	require.NoError(d, os.MkdirAll(filepath.Join(d.Out, "run.refusals.parquet", "full"), 0o700))
	r.Dir = d.Out
	_, err = d.W.WriteMembers(d.ctx(), r)
	require.Error(d, err)
	entries, err = os.ReadDir(d.Out)
	require.NoError(d, err)
	require.Len(d, entries, 1)
}

func cancelled(d *Desk) {
	d.Text(Definition("name text"), "id,name\n"+rows(1, 10))
	ctx, cancel := context.WithCancel(d.ctx())
	cancel()
	_, err := d.W.Load(ctx, d.Request("id,name\n"+rows(1, 5000)))
	require.ErrorIs(d, err, context.Canceled)
	_, err = d.W.BuildProfiles(ctx, Definition("name text"), Now)
	require.ErrorIs(d, err, context.Canceled)
	_, err = d.W.Count(ctx, warehouse.Evaluation{Segment: Everybody("name"), AsOf: Now})
	require.ErrorIs(d, err, context.Canceled)
	require.Len(d, d.IDs(Everybody("name")), 10, "and everything is as it was")
}

func readWhileWriting(d *Desk) {
	def := Definition("name text")
	d.Text(def, "id,name\n"+rows(1, 200))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	errs := make(chan error, 4)
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c, err := d.W.Count(d.ctx(), warehouse.Evaluation{Segment: Everybody("name"), AsOf: Now})
				if err == nil && c.Members%200 != 0 {
					err = activation.Errorf(activation.CodeInternal, "%d profiles were seen", c.Members)
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	for i := range 6 {
		d.Text(def, "id,name\n"+rows(1, 200*(1+i%3)))
	}
	close(stop)
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(d, err)
	}
}

func profiles(d *Desk) {
	d.Text(Definition("name text", "points number", "born date", "seen datetime", "ok boolean"),
		"id,name,points,born,seen,ok\nC-3,Žana,1.50,1990-02-28,2026-01-02T03:04:05.250Z,true\nC-1,ana,,,,\nC-2,50%,2,,2026-01-02T03:04:05Z,false\n")
	list, err := d.W.Profiles(d.ctx(), "", "", 10)
	require.NoError(d, err)
	fields := []string{"name", "points", "born", "seen", "ok"}
	require.Equal(d, []warehouse.Profile{
		{ID: "C-1", Fields: fields, Values: []string{"ana", "", "", "", ""}},
		{ID: "C-2", Fields: fields, Values: []string{"50%", "2", "", "2026-01-02T03:04:05Z", "false"}},
		{ID: "C-3", Fields: fields, Values: []string{"Žana", "1.5", "1990-02-28", "2026-01-02T03:04:05.25Z", "true"}},
	}, list)
	for search, want := range map[string]string{"žANA": "C-3", "c-": "C-1 C-2 C-3", "%": "C-2", "_": "", "ANA": "C-1 C-3", "'": ""} {
		list, err := d.W.Profiles(d.ctx(), search, "", 10)
		require.NoError(d, err)
		ids := []string{}
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		require.Equal(d, want, strings.Join(ids, " "), search)
	}
	list, err = d.W.Profiles(d.ctx(), "", "C-1", 1)
	require.NoError(d, err)
	require.Equal(d, "C-2", list[0].ID)
	_, err = d.W.Profile(d.ctx(), "c-3")
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err), "an id is exact")
	p, err := d.W.Profile(d.ctx(), "C-3")
	require.NoError(d, err)
	require.Equal(d, "Žana", p.Values[0])
	st, err := d.W.FieldStats(d.ctx(), "ok", 5)
	require.NoError(d, err)
	require.Equal(d, warehouse.FieldStats{Profiles: 3, Missing: 1, Distinct: 2, Top: []warehouse.ValueCount{{Value: "false", Count: 1}, {Value: "true", Count: 1}}}, st)
	_, err = d.W.FieldStats(d.ctx(), "nothing", 5)
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
}
