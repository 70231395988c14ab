package connection_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/httpapi/apitest"
	"segue/internal/store"
)

func fresh() connection.NewConnection {
	return connection.NewConnection{Name: "Brevo", Type: activation.DestinationBrevo, Key: apitest.GoodKey, Agree: true, By: "ana"}
}

func ptr(s string) *string { return &s }

func TestConnectingNeedsConsentAndRecordsIt(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	n := fresh()
	n.Agree = false
	_, err := s.Connections.Create(t.Context(), n)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, activation.CodeInvalid, e.Code)
	require.Equal(t, "agree", e.Field)
	require.Contains(t, e.Remedy, activation.ConsentStatement)

	c, err := s.Connections.Create(t.Context(), fresh())
	require.NoError(t, err)
	require.Equal(t, "ana", c.ConsentBy)
	require.Equal(t, activation.ConsentStatementVersion, c.ConsentVersion)
	require.False(t, c.ConsentAt.IsZero())
	require.Equal(t, "Primjer d.o.o.", c.Details.Company)
	require.Equal(t, activation.Account{BaseURL: apitest.BaseURL, OrganizationID: "org-1"}, c.Details.Account, "S1 base URL and organisation")
}

func TestAKeyIsSealedForItsRowAndNeverShown(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	a, err := s.Connections.Create(t.Context(), fresh())
	require.NoError(t, err)
	require.NotContains(t, string(a.SealedKey), apitest.GoodKey)
	require.Equal(t, "good", a.KeyTail)
	n := fresh()
	n.Name = "Second"
	b, err := s.Connections.Create(t.Context(), n)
	require.NoError(t, err)
	require.NotEqual(t, a.SealedKey, b.SealedKey)

	b.SealedKey = a.SealedKey
	require.NoError(t, s.Store.Update(t.Context(), func(tx store.Tx) error { return tx.UpdateConnection(t.Context(), b) }))
	_, _, err = s.Connections.Open(t.Context(), b.ID)
	require.Equal(t, activation.CodeCorrupt, activation.CodeOf(err), "a sealed key moved to another row does not open")
	require.NotContains(t, err.Error(), apitest.GoodKey)
	_, _, err = s.Connections.Open(t.Context(), a.ID)
	require.NoError(t, err)
	require.NotContains(t, s.Log.String(), "xkeysib")
}

func TestAKeyIsTakenWithoutTheWhiteSpaceAroundIt(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	n := fresh()
	n.Key = "  " + apitest.GoodKey + "\n"
	c, err := s.Connections.Create(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, "good", c.KeyTail)
	c, err = s.Connections.Update(t.Context(), c.ID, connection.Change{Key: ptr(apitest.GoodKey + "\r\n")})
	require.NoError(t, err)
	require.Equal(t, "good", c.KeyTail)
	_, err = s.Connections.Test(t.Context(), c.ID)
	require.NoError(t, err)
	for _, key := range []string{"", " \n", "two words-of-a-key", "a\nb-of-a-long-key"} {
		_, err = s.Connections.Check(t.Context(), activation.DestinationBrevo, "", key)
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%q", key)
		if strings.TrimSpace(key) != "" {
			require.NotContains(t, err.Error(), key)
		}
	}
}

func TestOfAShortKeyNothingIsShown(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	n := fresh()
	n.Key = "short"
	_, err := s.Connections.Create(t.Context(), n)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, activation.CodeBadCredentials, e.Code)
	require.Equal(t, "Make a new key", e.Remedy, "what to do is said")
	require.NotContains(t, err.Error(), "short")
}

func TestS1RotatingToAKeyOfAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c, err := s.Connections.Create(t.Context(), fresh())
	require.NoError(t, err)
	_, err = s.Connections.Update(t.Context(), c.ID, connection.Change{Key: ptr(apitest.OtherKey)})
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, activation.CodeWrongAccount, e.Code)
	require.Equal(t, "api_key", e.Field)
	again, err := s.Connections.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, c.SealedKey, again.SealedKey, "the old key stays")
	rotated, err := s.Connections.Update(t.Context(), c.ID, connection.Change{Key: ptr(apitest.GoodKey), Name: ptr("Renamed"), Version: again.Version})
	require.NoError(t, err)
	require.NotEqual(t, c.SealedKey, rotated.SealedKey)
	require.Equal(t, "Renamed", rotated.Name)
	_, err = s.Connections.Update(t.Context(), c.ID, connection.Change{Name: ptr("Late"), Version: again.Version})
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
}

func TestS1AKeyThatLeadsToAnotherAccountFailsTheTest(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c, err := s.Connections.Create(t.Context(), fresh())
	require.NoError(t, err)
	c.Details.OrganizationID = "org-9"
	require.NoError(t, s.Store.Update(t.Context(), func(tx store.Tx) error { return tx.UpdateConnection(t.Context(), c) }))
	_, err = s.Connections.Test(t.Context(), c.ID)
	require.Equal(t, activation.CodeWrongAccount, activation.CodeOf(err))
	after, err := s.Connections.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, "org-9", after.Details.OrganizationID, "what is stored stays")
}

func TestListsAndAttributesOfTheAccount(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c, err := s.Connections.Create(t.Context(), fresh())
	require.NoError(t, err)
	l, err := s.Connections.CreateList(t.Context(), c.ID, "New", 0)
	require.NoError(t, err)
	lists, err := s.Connections.Lists(t.Context(), c.ID)
	require.NoError(t, err)
	require.Contains(t, lists, l)
	require.NoError(t, s.Connections.CreateAttribute(t.Context(), c.ID, destination.Attribute{Name: "POINTS", Type: activation.AttributeNumber}))
	attributes, err := s.Connections.Attributes(t.Context(), c.ID)
	require.NoError(t, err)
	require.Len(t, attributes, 3)
	_, err = s.Connections.CreateList(t.Context(), c.ID, " ", 0)
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
}

func TestARemovedConnectionTakesItsKeyAlong(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c, err := s.Connections.Create(t.Context(), fresh())
	require.NoError(t, err)
	removed, err := s.Exports.RemoveConnection(t.Context(), c.ID, nil, "ana")
	require.NoError(t, err)
	require.True(t, removed.Destroyed)
	_, _, err = s.Connections.Open(t.Context(), c.ID)
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
}

func TestOnlyHTTPSUnlessItIsThisMachine(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	for url, ok := range map[string]bool{
		"https://api.example.com/v3/": true, "http://127.0.0.1:8080/v3": true, "http://localhost:8080": true, "http://[::1]:8080/v3": true,
		"http://api.example.com": false, "http://127.0.0.1.example.com": false, "http://localhost.example.com/v3": false, "http://127.0.0.1@example.com": false,
		"ftp://x": false, "https://": false,
	} {
		_, err := s.Connections.Check(t.Context(), activation.DestinationBrevo, url, apitest.GoodKey)
		require.Equal(t, ok, err == nil, "%s: %v", url, err)
	}
}

func TestTheContractsLimitIsEnteredByHandAndTheExportUserTakesOver(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	n := fresh()
	n.ContactLimit, n.ExportUser = 500, activation.MachineExportUser(s.Clock())
	c, err := s.Connections.Create(t.Context(), n)
	require.NoError(t, err)
	require.EqualValues(t, 500, c.ContactLimit)
	user := activation.ExportUser{Kind: activation.ExportUserPerson, Person: "p1", Name: "Mara"}
	limit := int64(-1)
	_, err = s.Connections.Update(t.Context(), c.ID, connection.Change{ContactLimit: &limit})
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	limit = 0
	c, err = s.Connections.Update(t.Context(), c.ID, connection.Change{ContactLimit: &limit, ExportUser: &user})
	require.NoError(t, err)
	require.Zero(t, c.ContactLimit)
	require.Equal(t, []any{user.Kind, user.Person, user.Name}, []any{c.ExportUser.Kind, c.ExportUser.Person, c.ExportUser.Name})
	require.False(t, c.ExportUser.At.IsZero(), "when is recorded")
}
