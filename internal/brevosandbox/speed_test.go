package brevosandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

const eightMB = 8 << 20

// bulk is the body of an import of about 8 MB, for contacts from number from on.
func bulk(from int) (body []byte, rows int) {
	body = []byte(`{"listIds":[1],"updateExistingContacts":true,"disableNotification":true,"jsonBody":[`)
	for len(body) < eightMB-200 {
		if rows > 0 {
			body = append(body, ',')
		}
		n := from + rows
		body = fmt.Appendf(body, `{"email":"first%d.last%d@mail%d.example","attributes":{"FIRSTNAME":"Name%d","LASTNAME":"Lastname %d","SMS":"+3859%08d"}}`,
			n%5000, n, n%40, n%300, n%7000, n)
		rows++
	}
	return append(body, `]}`...), rows
}

func send(t testing.TB, sb *Sandbox, body []byte) {
	r := httptest.NewRequest(http.MethodPost, "/v3/contacts/import", bytes.NewReader(body))
	r.Header.Set("api-key", DefaultKey)
	r.Header.Set("User-Agent", "test")
	rec := httptest.NewRecorder()
	sb.Handler().ServeHTTP(rec, r)
	require.Equal(t, http.StatusAccepted, rec.Code, rec.Body.String())
}

func bulkSandbox(t testing.TB) *Sandbox {
	account := DefaultAccount()
	account.Lists = []AccountList{{Name: "One"}}
	sb, err := New(Config{Clock: fixed, Accounts: []Account{account}, Settings: Settings{Tier: "off"}})
	require.NoError(t, err)
	return sb
}

// Not parallel: they measure the heap and the clock.

func TestHalfAMillionContactsTakeAtMost400BytesEach(t *testing.T) {
	before := heapInUse()
	sb := bulkSandbox(t)
	n := 0
	for n < 500_000 {
		body, rows := bulk(n)
		send(t, sb, body)
		n += rows
	}
	per := float64(heapInUse()-before) / float64(n)
	t.Logf("%.1f bytes per contact at %d contacts: 10 M take %.2f GB of live heap", per, n, per*10e6/1e9)
	require.LessOrEqual(t, per, 400.0)
	require.Equal(t, n, sb.accounts[0].lists[0].members.Len())
	runtime.KeepAlive(sb)
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestAnImportTakesAsLongHoweverManyContactsThereAre(t *testing.T) {
	few, many := bulkSandbox(t), bulkSandbox(t)
	body, rows := bulk(0)
	for n := 0; n < 4*rows; n += rows {
		more, _ := bulk(n)
		send(t, many, more)
	}
	// Turn by turn, and of each the fastest: whatever else the machine does, does not last through all of them.
	fastest := map[*Sandbox]time.Duration{}
	send(t, few, body)
	for range 3 {
		for _, sb := range []*Sandbox{few, many} {
			began := time.Now()
			send(t, sb, body)
			if took := time.Since(began); fastest[sb] == 0 || took < fastest[sb] {
				fastest[sb] = took
			}
		}
	}
	t.Logf("%d rows: %v beside as many contacts, %v beside four times as many", rows, fastest[few], fastest[many])
	require.Less(t, float64(fastest[many])/float64(fastest[few]), 2.5, "it would be four times as long, were each looked at")
}

func BenchmarkImportOf8MB(b *testing.B) {
	sb := bulkSandbox(b)
	body, _ := bulk(0)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		send(b, sb, body)
	}
}

func FuzzImportNeverPanics(f *testing.F) {
	f.Add(`[{"email":"a@example.com","attributes":{"SMS":"1","FIRSTNAME":null}}]`, "EMAIL;SMS\na@example.com;\"1\n")
	f.Add(`[{"email":["x"]},{"attributes":7}]`, ";;\n;;;;;")
	f.Fuzz(func(t *testing.T, jsonBody, fileBody string) {
		sb := bulkSandbox(t)
		for _, quotes := range []string{"text", "rfc4180"} {
			if rows, ok := parseCSV(fileBody, quotes); ok {
				(&importJob{rows: *rows, update: true, listIDs: []int64{1}}).applyUpTo(sb.accounts[0], sb.settings(), rows.len(), fixed())
			}
		}
		if gjson.Valid(jsonBody) {
			if rows, ok := parseJSONBody(gjson.Parse(jsonBody)); ok {
				(&importJob{rows: *rows, update: true, listIDs: []int64{1}}).applyUpTo(sb.accounts[0], sb.settings(), rows.len(), fixed())
			}
		}
	})
}
