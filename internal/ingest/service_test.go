package ingest_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
	"segue/internal/ingest"
	"segue/internal/store"
	"segue/internal/warehouse"
)

const people = "id,mail,points\n1,ana@example.com,5\n2,ivo@example.com,7\n"

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func source(path string) activation.Source {
	return activation.Source{Name: "Customers", Kind: activation.SourceCSV, Path: path}
}

func TestFilesAreReadFromSourceFoldersOnly(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	root := filepath.Dir(s.Files)
	data := filepath.Dir(s.Uploads)
	write(t, filepath.Join(s.Files, "in.csv"), people)
	write(t, filepath.Join(s.Files, "sub", "in.csv"), people)
	write(t, filepath.Join(s.Uploads, "up.csv"), people)
	write(t, filepath.Join(root, "out.csv"), people)
	write(t, filepath.Join(data, "secret.csv"), people)
	write(t, filepath.Join(s.Files, "b*.csv"), people)
	for name, to := range map[string]string{
		"link-in.csv": filepath.Join(s.Files, "in.csv"), "link-out.csv": filepath.Join(root, "out.csv"),
		"link-data.csv": filepath.Join(data, "secret.csv"), "link-up.csv": filepath.Join(s.Uploads, "up.csv"), "link-glob.csv": filepath.Join(s.Files, "b*.csv"),
		"loop.csv": filepath.Join(s.Files, "loop.csv"), "folder": data,
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(s.Files, name)))
	}
	require.NoError(t, os.Symlink(filepath.Join(data, "secret.csv"), filepath.Join(s.Uploads, "up-link.csv")))
	for path, ok := range map[string]bool{
		"in.csv": true, "sub/in.csv": true, "sub/../in.csv": true, "up.csv": true, filepath.Join(s.Files, "in.csv"): true, filepath.Join(s.Uploads, "up.csv"): true,
		"link-in.csv": true, "link-up.csv": true,
		"link-out.csv": false, "link-data.csv": false, "link-glob.csv": false, "loop.csv": false, "folder/secret.csv": false, "up-link.csv": false,
		"../out.csv": false, "../secret.csv": false, filepath.Join(root, "out.csv"): false, filepath.Join(data, "secret.csv"): false,
		filepath.Join(s.Files, "..", "out.csv"): false, "/etc/hosts": false, "sub": false, ".": false, "in.csv/x": false, "nothing.csv": false,
		"*.csv": false, "in.csv\x00": false, "in.cs?": true, "link-i*.csv": true, "s*/in.csv": true, "s*/../in.csv": true, "*/secret.csv": false, "l*-out.csv": false,
		"../*.csv": false, "s*/../../out.csv": false, "/etc/host?": false, "[i]n.csv": false, "{in}.csv": false, "x*.csv": false,
		filepath.Join(s.Files, "in.*"): true, filepath.Join(s.Files, "..", "*.csv"): false, filepath.Join(root, "fil*", "in.csv"): false, "up*.csv": false, "": false, " ": false,
	} {
		src, err := s.Sources.Create(t.Context(), source(path))
		require.Equal(t, ok, err == nil, "%q: %v", path, err)
		if ok {
			require.NoError(t, s.Sources.Delete(t.Context(), src.ID))
		} else {
			require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%q", path)
		}
	}
}

func TestAPatternNamesFilesOfOneFolder(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	for _, name := range []string{"day2.csv", "day1.csv", "sub/day3.csv", ".day4.csv", "other.csv"} {
		write(t, filepath.Join(s.Files, name), people)
	}
	write(t, filepath.Join(s.Uploads, "up1.csv"), people)
	write(t, filepath.Join(s.Uploads, ".upload-1.csv"), people)
	for pattern, want := range map[string][]string{
		"day?.csv": {"day1.csv", "day2.csv"}, "*.csv": {"up1.csv"}, "*/*.csv": {"sub/day3.csv"}, "sub/*": {"sub/day3.csv"},
		filepath.Join(s.Files, "d*.csv"): {"day1.csv", "day2.csv"}, "day1.csv": {"day1.csv"}, "sub/day3.csv": {"sub/day3.csv"},
	} {
		src, err := s.Sources.Create(t.Context(), activation.Source{Name: "n" + strings.Map(func(r rune) rune {
			if r == '/' {
				return '-'
			}
			return r
		}, pattern), Kind: activation.SourceCSV, Path: pattern})
		require.NoError(t, err, pattern)
		_, err = s.Sources.Ingest(t.Context(), src.ID, false)
		require.NoError(t, err)
		var names []string
		for _, f := range s.Engine.Loaded.Files {
			names = append(names, f.Name)
			require.True(t, filepath.IsAbs(f.Path))
			require.Equal(t, filepath.Base(f.Name), filepath.Base(f.Path))
		}
		require.Equal(t, want, names, pattern)
	}
	for i := range ingest.MaxSourceFiles {
		write(t, filepath.Join(s.Files, "many", strconv.Itoa(i)+".csv"), people)
	}
	_, err := s.Sources.Create(t.Context(), source("many/*.csv"))
	require.NoError(t, err)
	write(t, filepath.Join(s.Files, "many", "more.csv"), people)
	_, err = s.Sources.Create(t.Context(), source("many/*.csv"))
	require.ErrorContains(t, err, "more than 1000 files")
}

func TestAFileThatIsReplacedByALinkIsNotFollowedOut(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	in := filepath.Join(s.Files, "in.csv")
	write(t, in, people)
	src, err := s.Sources.Create(t.Context(), source("in.csv"))
	require.NoError(t, err)
	out := filepath.Join(filepath.Dir(s.Files), "out.csv")
	write(t, out, people)
	require.NoError(t, os.Remove(in))
	require.NoError(t, os.Symlink(out, in))
	_, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
}

func TestUploadsAreWholePrivateAndPlain(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	name, err := s.Sources.SaveUpload(t.Context(), "kupci š.csv", strings.NewReader(people))
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(s.Uploads, name))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = s.Sources.SaveUpload(t.Context(), name, strings.NewReader(strings.Repeat("x", 1<<20+1)))
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	b, err := os.ReadFile(filepath.Join(s.Uploads, name))
	require.NoError(t, err)
	require.Equal(t, people, string(b), "the old one stays when the new one is too big")
	_, err = s.Sources.SaveUpload(t.Context(), "full.csv", strings.NewReader(strings.Repeat("x", 1<<20)))
	require.NoError(t, err, "as big as allowed")
	for _, bad := range []string{"", ".", "..", ".hidden", "../x.csv", "a/b.csv", `a\b.csv`, "a*.csv", "a\x00.csv", "a\nb.csv", strings.Repeat("x", 201)} {
		_, err = s.Sources.SaveUpload(t.Context(), bad, strings.NewReader(people))
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%q", bad)
	}
	entries, err := os.ReadDir(s.Uploads)
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing half-done is left")
}

func TestS35UploadsThatWereCutShortAreSwept(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	name, err := s.Sources.SaveUpload(t.Context(), "people.csv", strings.NewReader(people))
	require.NoError(t, err)
	write(t, filepath.Join(s.Uploads, ".upload-123"), people)
	require.NoError(t, s.Sources.SweepUploads())
	require.NoFileExists(t, filepath.Join(s.Uploads, ".upload-123"))
	require.FileExists(t, filepath.Join(s.Uploads, name))
}

func TestAFailedIngestIsRecordedAndTheOldRowsStay(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	write(t, filepath.Join(s.Files, "in.csv"), people)
	src, err := s.Sources.Create(t.Context(), source("in.csv"))
	require.NoError(t, err)
	src, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.NoError(t, err)
	require.EqualValues(t, 2, src.Ingest.Rows)
	s.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the table would shrink too much")
	_, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.Equal(t, activation.CodeSourceRefused, activation.CodeOf(err))
	got, err := s.Sources.Get(t.Context(), src.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Ingest.Rows, "the rows of the last success")
	require.Equal(t, src.Ingest.At, got.Ingest.At)
	require.Equal(t, activation.CodeSourceRefused, got.Ingest.ErrorCode)
	require.False(t, got.Ingest.FailedAt.IsZero())
	s.Engine.Fail = nil
	require.NoError(t, os.Remove(filepath.Join(s.Files, "in.csv")))
	_, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.Error(t, err, "a file that is gone")
	write(t, filepath.Join(s.Files, "in.csv"), people)
	got, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.NoError(t, err)
	require.Empty(t, got.Ingest.Error, "a success wipes the failure")
}

// nested asks for the same work once more while it is being done.
type nested struct {
	*apitest.Engine
	again func() error
	codes []activation.Code
}

func (n *nested) Load(ctx context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	n.codes = append(n.codes, activation.CodeOf(n.again()))
	return n.Engine.Load(ctx, r)
}

func (n *nested) BuildProfiles(ctx context.Context, d activation.ProfileDefinition, at time.Time) (activation.ProfileBuild, error) {
	n.codes = append(n.codes, activation.CodeOf(n.again()))
	return n.Engine.BuildProfiles(ctx, d, at)
}

func TestASourceIsTakenOverAndProfilesAreBuiltOnceAtATime(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	write(t, filepath.Join(s.Files, "in.csv"), people)
	n := &nested{Engine: s.Engine}
	svc, err := ingest.New(ingest.Config{
		Store: s.Store, Warehouse: n, SourceDirs: []string{s.Files}, UploadDir: s.Uploads, DataDir: filepath.Dir(s.Uploads),
		Clock: s.Clock, IDs: s.IDs, Log: s.Logger,
	})
	require.NoError(t, err)
	src, err := svc.Create(t.Context(), source("in.csv"))
	require.NoError(t, err)
	n.again = func() error {
		if len(n.codes) > 3 {
			return nil
		}
		_, err := svc.Ingest(t.Context(), src.ID, false)
		return err
	}
	for range 2 {
		_, err = svc.Ingest(t.Context(), src.ID, false)
		require.NoError(t, err, "afterwards it is free")
	}
	p, err := svc.SuggestProfile(t.Context(), src.ID)
	require.NoError(t, err)
	_, err = svc.PutProfile(t.Context(), p)
	require.NoError(t, err)
	n.again = func() error {
		if len(n.codes) > 3 {
			return nil
		}
		_, err := svc.Build(t.Context())
		return err
	}
	_, err = svc.Build(t.Context())
	require.NoError(t, err)
	require.Equal(t, []activation.Code{activation.CodeConflict, activation.CodeConflict, activation.CodeConflict}, n.codes)
}

func TestTheSuggestedKeyIsAnID(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Paid,name,customer_id":    "customer_id",
		"order_id,CustomerID,mail": "CustomerID",
		"order_id,mail,id":         "id",
		"mail,bid,OrderId":         "OrderId",
		"valid,paid,mail":          "valid",
		"mail,paid,ORDER-ID":       "ORDER-ID",
		"account_id,userid":        "userid",
	} {
		s := apitest.New(t)
		n := strings.Count(header, ",") + 1
		p := suggested(t, s, header+"\n"+strings.Repeat("a,", n-1)+"a\n"+strings.Repeat("b,", n-1)+"b\n")
		require.Equal(t, want, p.Key, header)
	}
}

// suggested takes a file of that text over and returns the profile that is suggested for it.
func suggested(t *testing.T, s *apitest.Stage, text string) activation.ProfileDefinition {
	t.Helper()
	write(t, filepath.Join(s.Files, "in.csv"), text)
	src, err := s.Sources.Create(t.Context(), source("in.csv"))
	require.NoError(t, err)
	_, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.NoError(t, err)
	p, err := s.Sources.SuggestProfile(t.Context(), src.ID)
	require.NoError(t, err)
	return p
}

func TestColumnsWithLongNamesAreSuggestedAsFieldsThatCanBeStored(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	question := strings.Repeat("How are you? ", 12)
	p := suggested(t, s, "id,"+question+"1,"+question+"2\na,b,c\n")
	require.Equal(t, []string{question + "1", question + "2"}, []string{p.Fields[1].Column, p.Fields[2].Column})
	require.Equal(t, []string{question[:119] + "…", question[:117] + "… 2"}, []string{p.Fields[1].Name, p.Fields[2].Name})
	_, err := s.Sources.PutProfile(t.Context(), p)
	require.NoError(t, err)
}

func TestABuildThatFailsIsRecordedWithItsCode(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	p := suggested(t, s, people)
	_, err := s.Sources.PutProfile(t.Context(), p)
	require.NoError(t, err)
	s.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the key is missing")
	_, err = s.Sources.Build(t.Context())
	require.Error(t, err)
	p, err = s.Sources.Profile(t.Context())
	require.NoError(t, err)
	require.Equal(t, activation.CodeSourceRefused, p.Build.ErrorCode)
}

func TestAProfileIsCheckedAgainstItsTable(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	write(t, filepath.Join(s.Files, "in.csv"), people)
	src, err := s.Sources.Create(t.Context(), source("in.csv"))
	require.NoError(t, err)
	_, err = s.Sources.SuggestProfile(t.Context(), src.ID)
	require.Equal(t, activation.CodeNotReady, activation.CodeOf(err))
	_, err = s.Sources.Build(t.Context())
	require.Equal(t, activation.CodeNotReady, activation.CodeOf(err))
	_, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.NoError(t, err)
	p, err := s.Sources.SuggestProfile(t.Context(), src.ID)
	require.NoError(t, err)
	require.Equal(t, "id", p.Key)
	require.Len(t, p.Fields, 3)
	require.Equal(t, activation.SemanticEmail, p.Fields[1].Semantic)

	for field, change := range map[string]func(*activation.ProfileDefinition){
		"key":              func(p *activation.ProfileDefinition) { p.Key = "nothing" },
		"fields[0].column": func(p *activation.ProfileDefinition) { p.Fields[0].Column = "nothing" },
		"source":           func(p *activation.ProfileDefinition) { p.Source = "nothing" },
		"fields[1].name":   func(p *activation.ProfileDefinition) { p.Fields[1].Name = "ID" },
		"region":           func(p *activation.ProfileDefinition) { p.Region = "hr" },
	} {
		bad := p
		bad.Fields = append([]activation.Field{}, p.Fields...)
		change(&bad)
		_, err := s.Sources.PutProfile(t.Context(), bad)
		var e *activation.Error
		require.ErrorAs(t, err, &e, field)
		require.Equal(t, activation.CodeInvalid, e.Code, field)
		require.Equal(t, field, e.Field)
	}
	p, err = s.Sources.PutProfile(t.Context(), p)
	require.NoError(t, err)
	built, err := s.Sources.Build(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, built.Build.Profiles)
	require.Equal(t, activation.CodeInUse, activation.CodeOf(s.Sources.Delete(t.Context(), src.ID)))
	p.Version = 0
	_, err = s.Sources.PutProfile(t.Context(), p)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "somebody else defined it")
}

func TestASourceIsNotRemovedWhereASegmentBeganToReadItMeanwhile(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	write(t, filepath.Join(s.Files, "in.csv"), people)
	src, err := s.Sources.Create(t.Context(), source("in.csv"))
	require.NoError(t, err)
	asked := func(name, query string) activation.Segment {
		return activation.Segment{Name: name, Rules: []activation.SegmentRule{{Rule: activation.Rule{Operator: activation.OpInQuery, SQL: query}}}}
	}
	put := func(id activation.SegmentID, g activation.Segment) {
		g.ID, g.Version = id, 1
		require.NoError(t, s.Store.Update(t.Context(), func(tx store.Tx) error { return tx.CreateSegment(t.Context(), g) }))
	}
	put("se1", asked("First", "SELECT id FROM elsewhere"))
	s.Engine.Meanwhile = func() { put("se2", asked("Late", "SELECT id FROM "+src.Name)) }
	require.Equal(t, activation.CodeConflict, activation.CodeOf(s.Sources.Delete(t.Context(), src.ID)))
	err = s.Sources.Delete(t.Context(), src.ID)
	require.Equal(t, activation.CodeInUse, activation.CodeOf(err))
	require.ErrorContains(t, err, `"Late"`)
}
