package access_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
)

// TestAFailedSignInTakesTheSameEffortWhoeverIsNamed holds that no answer comes sooner because there is no such account: what
// takes time is the hash of the password, which fills 19 MiB, and every answer allocates those once, whatever the machine is
// busy with.
func TestAFailedSignInTakesTheSameEffortWhoeverIsNamed(t *testing.T) { //nolint:paralleltest // it measures what the process allocates
	const hash = 19 << 20
	b := open(t)
	b.person(t, "ana@example.com", activation.RoleViewer)
	off := b.person(t, "off@example.com", activation.RoleViewer)
	yes := true
	_, err := b.Update(t.Context(), off.ID, access.Change{Off: &yes})
	require.NoError(t, err)
	_, err = b.Create(t.Context(), access.NewPerson{Name: "Sign-on", Email: "sso@example.com", Role: activation.RoleViewer})
	require.NoError(t, err)
	text := ""
	for i, email := range []string{"ana@example.com", "nobody@example.com", "off@example.com", "sso@example.com", "no address"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := b.SignIn(t.Context(), access.SignIn{Email: email, Password: another, From: fmt.Sprintf("192.0.2.%d", i)})
		runtime.ReadMemStats(&after)
		requireCode(t, activation.CodeUnauthenticated, err)
		if text == "" {
			text = err.Error()
		}
		require.Equal(t, text, err.Error())
		effort := after.TotalAlloc - before.TotalAlloc
		require.Greater(t, effort, uint64(hash), "%s: no password was hashed", email)
		require.Less(t, effort, uint64(2*hash), "%s: more than one password was hashed", email)
	}
}
