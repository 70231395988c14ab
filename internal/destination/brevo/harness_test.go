package brevo

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/destination"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the sandbox's time at the start of a test.
var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// desk is a sandbox behind a real server and a client of it.
type desk struct {
	*testing.T
	sb     *brevosandbox.Sandbox
	server *httptest.Server
	*Client
}

// open starts a sandbox with the lists One and Two and some attributes, without rate limits.
func open(t *testing.T, change ...func(*brevosandbox.Config, *Config)) *desk {
	t.Helper()
	account := brevosandbox.DefaultAccount()
	account.Lists = []brevosandbox.AccountList{{Name: "One"}, {Name: "Two"}}
	account.Attributes = []brevosandbox.AccountAttribute{
		{Name: "BIRTHDAY", Type: "date"}, {Name: "POINTS", Type: "float"}, {Name: "CLUB", Type: "boolean"},
		{Name: "GENDER", Category: "category", Options: []string{"Men", "Women"}},
		{Name: "HOBBIES", Type: "multiple-choice", Options: []string{"Chess", "Reading", "Skiing"}},
		{Name: "ORDER_ID", Category: "transactional", Type: "id"},
	}
	sc := brevosandbox.Config{
		Accounts: []brevosandbox.Account{account}, Settings: brevosandbox.Settings{Tier: "off"},
		Clock: func() time.Time { return now },
	}
	c := Config{Key: brevosandbox.DefaultKey, Clock: time.Now}
	for _, f := range change {
		f(&sc, &c)
	}
	sb, err := brevosandbox.New(sc)
	require.NoError(t, err)
	server := httptest.NewServer(sb.Handler())
	t.Cleanup(server.Close)
	if c.BaseURL == "" {
		c.BaseURL = server.URL + "/v3"
	}
	if c.Budget == nil {
		c.Budget, err = NewBudget(BudgetConfig{Tier: TierOff, Clock: time.Now})
		require.NoError(t, err)
	}
	if c.Transport == nil {
		own := NewTransport()
		t.Cleanup(own.CloseIdleConnections)
		c.Transport = own
	}
	client, err := New(c)
	require.NoError(t, err)
	return &desk{T: t, sb: sb, server: server, Client: client}
}

// faults makes the sandbox misbehave.
func (d *desk) faults(list ...brevosandbox.Fault) {
	d.Helper()
	require.NoError(d, d.sb.SetFaults(1, list))
}

// row is a person to import.
func row(address, attributes string) activation.Row {
	return activation.Row{Address: activation.Email(address), Attributes: []byte(attributes)}
}

// load imports rows into list 1 and returns the process as it ended.
func (d *desk) load(rows ...activation.Row) destination.Process {
	d.Helper()
	id, err := d.Import(d.Context(), 1, rows)
	require.NoError(d, err)
	list, err := d.Processes(d.Context(), 0, 1)
	require.NoError(d, err)
	require.Len(d, list, 1)
	require.Equal(d, id, list[0].ID)
	return list[0]
}

// serve is a client of a server of the test's own, for answers that the sandbox does not give.
func serve(t *testing.T, h http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	own := NewTransport()
	t.Cleanup(own.CloseIdleConnections)
	budget, err := NewBudget(BudgetConfig{Tier: TierOff, Clock: time.Now})
	require.NoError(t, err)
	c := Config{BaseURL: server.URL + "/v3", Key: brevosandbox.DefaultKey, Clock: time.Now, Budget: budget, Transport: own}
	for _, f := range change {
		f(&c)
	}
	client, err := New(c)
	require.NoError(t, err)
	return client
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// problemOf returns the error as the port's, and fails when it is none.
func problemOf(t *testing.T, err error) *destination.Error {
	t.Helper()
	var e *destination.Error
	require.ErrorAs(t, err, &e)
	return e
}
