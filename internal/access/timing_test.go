package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
)

// TestTheTimeOfAnAnswerTellsNoAccount compares the fastest of several answers: whatever the machine is busy with only
// makes some of them slower.
func TestTheTimeOfAnAnswerTellsNoAccount(t *testing.T) { //nolint:paralleltest // it measures time
	b := open(t)
	b.person(t, "ana@example.com", activation.RoleViewer)
	off := b.person(t, "off@example.com", activation.RoleViewer)
	yes := true
	_, err := b.Update(t.Context(), off.ID, access.Change{Off: &yes})
	require.NoError(t, err)
	_, err = b.Create(t.Context(), access.NewPerson{Name: "Sign-on", Email: "sso@example.com", Role: activation.RoleViewer})
	require.NoError(t, err)
	accounts := []string{"ana@example.com", "nobody@example.com", "off@example.com", "sso@example.com", "no address"}
	fastest := map[string]time.Duration{}
	text := ""
	for i := range 12 {
		for j, email := range accounts {
			begun := time.Now()
			_, err := b.SignIn(t.Context(), access.SignIn{Email: email, Password: another, From: fmt.Sprintf("192.0.2.%d", i*len(accounts)+j)})
			took := time.Since(begun)
			requireCode(t, activation.CodeUnauthenticated, err)
			if text == "" {
				text = err.Error()
			}
			require.Equal(t, text, err.Error())
			if was, ok := fastest[email]; !ok || took < was {
				fastest[email] = took
			}
		}
	}
	for _, email := range accounts[1:] {
		require.InEpsilon(t, fastest[accounts[0]].Seconds(), fastest[email].Seconds(), 0.5, "%s: %v", email, fastest)
	}
}
