package access_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
)

// TestTheTableOfRoles holds the code against the product's table of roles, row by row.
func TestTheTableOfRoles(t *testing.T) {
	t.Parallel()
	const viewer, contributor, administrator = activation.RoleViewer, activation.RoleContributor, activation.RoleAdministrator
	for right, may := range map[access.Right][]activation.Role{
		access.RightSee:           {viewer, contributor, administrator},
		access.RightSeeMasked:     {viewer, contributor, administrator},
		access.RightSeePersons:    {contributor, administrator},
		access.RightChangeData:    {contributor, administrator},
		access.RightChangeExport:  {contributor, administrator},
		access.RightUseConnection: {contributor, administrator},
		access.RightAdminister:    {administrator},
		access.RightOwn:           {viewer, contributor, administrator},
		access.RightSignIn:        {viewer, contributor, administrator, ""},
	} {
		for _, role := range append(activation.Roles(), "", "owner") {
			c := access.Caller{Role: role, Actor: activation.Actor{Kind: activation.ActorPerson}}
			want := slices.Contains(may, role) || right == access.RightSignIn
			require.Equal(t, want, c.Has(right), "%s %s", right, role)
			if want {
				require.NoError(t, c.Check(right))
				continue
			}
			requireCode(t, activation.CodeForbidden, c.Check(right))
			if right != access.RightOwn {
				require.ErrorContains(t, c.Check(right), "Ask") // whoever may not is told who may
			}
		}
	}
	let := access.Caller{Role: viewer, SeesPersons: true, Actor: activation.Actor{Kind: activation.ActorPerson}}
	require.True(t, let.Has(access.RightSeePersons), "a viewer whom an administrator lets")
	require.False(t, let.Has(access.RightChangeData))
	require.False(t, access.Caller{SeesPersons: true}.Has(access.RightSeePersons), "no role, no right")
	token := access.Caller{Role: administrator, Actor: activation.Actor{Kind: activation.ActorToken}}
	require.False(t, token.Has(access.RightOwn), "a token changes no password and makes no token")
}

func TestAContributorUsesOnlySharedConnections(t *testing.T) {
	t.Parallel()
	for role, want := range map[activation.Role][2]bool{ // not shared, shared
		activation.RoleViewer: {false, false}, activation.RoleContributor: {false, true}, activation.RoleAdministrator: {true, true},
	} {
		c := access.Caller{Role: role}
		for i, shared := range []bool{false, true} {
			k := activation.Connection{Shared: shared}
			require.Equal(t, want[i], c.MayUse(k))
			require.Equal(t, !want[i], activation.CodeOf(c.CheckUse(k)) == activation.CodeForbidden)
		}
	}
}
