package cli

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
)

const goodPassword = "plum-cellar Oboe 41 drift"

func TestPeopleAreAddedChangedAndSwitchedOff(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Contains(t, b.ok("person", "list"), "Nobody may sign in yet")
	require.Contains(t, b.fails(exitUsage, "person", "add", "Ana", "--email", "ana@example.com"), "the password is missing. Use --password-file or SEGUE_PASSWORD")
	file := b.write(t.TempDir(), "password", goodPassword+"\n")
	require.Equal(t, "Ana may sign in, as administrator.\n", b.ok("person", "add", "Ana", "--email", "Ana@Example.com", "--role", "administrator", "--password-file", file))
	b.env["SEGUE_PASSWORD"] = "password123"
	require.Contains(t, b.fails(exitInvalid, "person", "add", "Bo", "--email", "bo@example.com"), "easy to guess")
	b.env["SEGUE_PASSWORD"] = goodPassword
	require.Equal(t, "Bo may sign in, as viewer.\n", b.ok("person", "add", "Bo", "--email", "bo@example.com"))
	require.Contains(t, b.fails(exitConflict, "person", "add", "Bo 2", "--email", "BO@example.com"), "somebody else has this address")

	list := b.ok("person", "list")
	require.Regexp(t, `(?m)^Ana +ana@example\.com +administrator +yes +on `, list)
	require.Regexp(t, `(?m)^Bo +bo@example\.com +viewer +no +on `, list)
	require.Equal(t, "Bo: contributor, on.\n", b.ok("person", "change", "bo@example.com", "--role", "contributor"))
	require.Equal(t, "Bo: contributor, switched off.\n", b.ok("person", "change", "bo", "--off"))
	require.Equal(t, "Bo: contributor, on.\n", b.ok("person", "change", "bo", "--no-off"))
	require.Contains(t, b.ok("person", "show", "Bo"), "Role            contributor\n")
	require.Contains(t, b.fails(exitConflict, "person", "change", "Ana", "--off"), "this is the last administrator")
	require.Contains(t, b.fails(exitUsage, "person", "change", "Ana"), "nothing is to be changed")
	require.Contains(t, b.fails(exitNotFound, "person", "show", "Eve"), "there is no such person")
	require.Equal(t, "Ana has a new password and is signed out everywhere.\n", b.ok("person", "reset-password", "Ana"))
	require.NotContains(t, b.Log.String(), goodPassword)
}

func TestAConnectionIsSharedWithContributors(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_API_KEY"] = apitest.GoodKey
	b.ok("connection", "add", "main", "--agree", "--share")
	require.Contains(t, b.ok("connection", "unshare", "main"), "Only administrators may use the connection \"main\"")
	require.Contains(t, b.ok("connection", "share", "main"), "Contributors may use the connection \"main\".\n")
}

func TestS16EmptyingValuesIsAskedForAndEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_API_KEY"] = apitest.GoodKey
	b.ok("connection", "add", "main", "--agree")
	require.Contains(t, b.ok("connection", "show", "main"), "Values that are missing leave what the account has.\n")
	require.Contains(t, b.ok("connection", "clear-empty", "main", "on"), "proves on at most five contacts")
	require.Contains(t, b.ok("connection", "show", "main"), "proves on at most five contacts")
	require.Equal(t, "Values that are missing leave what the account has.\n", b.ok("connection", "clear-empty", "main", "off"))
	b.fails(exitUsage, "connection", "clear-empty", "main", "perhaps")
}

func TestS2SwitchingTheMirrorOffSaysWhatItRisks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_API_KEY"] = apitest.GoodKey
	b.ok("connection", "add", "main", "--agree")
	require.Equal(t, activation.MirrorRisk+"\n", b.ok("connection", "mirror", "main", "off"))
	require.Contains(t, b.ok("connection", "show", "main"), activation.MirrorRisk)
	require.Contains(t, b.ok("connection", "mirror", "main", "on"), "Runs read the account's contacts")
}

func TestTheAuditLogIsListedDownloadedAndVerified(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, "Nothing was done yet.\n", b.ok("audit", "list"))
	b.env["SEGUE_PASSWORD"] = goodPassword
	b.ok("person", "add", "Ana", "--email", "ana@example.com", "--role", "administrator")
	b.ok("person", "change", "Ana", "--name", "Ana Anić")
	require.Regexp(t, `(?m)the server's machine +update-person +done +person Ana Anić +name$`, b.ok("audit", "list"))
	lines := strings.Split(strings.TrimSpace(b.ok("audit", "download")), "\n")
	require.Len(t, lines, 2)
	var first struct {
		Number int64
		Action string
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &first))
	require.EqualValues(t, 1, first.Number)
	require.Equal(t, "create-person", first.Action)
	require.NotContains(t, strings.Join(lines, ""), "@")

	verdict := b.ok("audit", "verify")
	require.Contains(t, verdict, "The audit log is as it was written: 2 entries.\n")
	head := regexp.MustCompile(`[0-9a-f]{64}`).FindString(verdict)
	b.ok("audit", "verify", "--head", head)
	require.Contains(t, b.fails(exitOther, "audit", "verify", "--head", strings.Repeat("a", 64)), "entries were cut off")
	_, err := b.Store.Writer().ExecContext(t.Context(), "DROP TRIGGER audit_stays")
	require.NoError(t, err)
	_, err = b.Store.Writer().ExecContext(t.Context(), "UPDATE audit SET entry = replace(entry, 'Ana', 'Eva') WHERE number = 1")
	require.NoError(t, err)
	require.Contains(t, b.fails(exitOther, "audit", "verify"), "entry 1 of the audit log is not as it was written")
}
