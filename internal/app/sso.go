package app

import (
	"os"
	"strings"
	"time"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/oidc"
)

// SSOConfig says how people sign in by single sign-on. The zero value means not at all.
type SSOConfig struct {
	// Issuer, ClientID, GroupsClaim and Scopes: see oidc.Config.
	Issuer, ClientID, GroupsClaim string
	Scopes                        []string
	// ClientSecret is what the provider knows Segue by; ClientSecretFile holds it, and comes first. Default to none.
	ClientSecret, ClientSecretFile string
	// Roles are the roles of groups, each as GROUP=ROLE. Required with an issuer.
	Roles []string
	// Name and Contact: see access.SignOn.
	Name, Contact string
}

// signOn puts single sign-on together; nil without.
func (c SSOConfig) signOn(clock func() time.Time) (*access.SignOn, error) {
	if c.Issuer == "" {
		if c.ClientID != "" || c.ClientSecretFile != "" || len(c.Roles) > 0 {
			return nil, activation.Errorf(activation.CodeInvalid, "single sign-on is only half set up").WithField("sso-issuer").
				WithRemedy("Give --sso-issuer, or none of the --sso flags")
		}
		return nil, nil
	}
	secret := c.ClientSecret
	if c.ClientSecretFile != "" {
		b, err := os.ReadFile(c.ClientSecretFile)
		if err != nil {
			e := activation.Errorf(activation.CodeInvalid, "the file with the client secret cannot be read: %v", err).WithField("sso-client-secret-file")
			return nil, e
		}
		secret = strings.TrimSpace(string(b))
	}
	roles := map[string]activation.Role{}
	for _, x := range c.Roles {
		i := strings.LastIndexByte(x, '=') // names of groups may hold one, as in a directory
		if i <= 0 || !activation.Role(x[i+1:]).Valid() {
			return nil, activation.Errorf(activation.CodeInvalid, "%q is not GROUP=ROLE", x).WithField("sso-role").
				WithRemedy("The roles are viewer, contributor and administrator, such as --sso-role marketing=contributor")
		}
		if was, twice := roles[x[:i]]; !twice || activation.Role(x[i+1:]).AtLeast(was) {
			roles[x[:i]] = activation.Role(x[i+1:])
		}
	}
	if len(roles) == 0 {
		return nil, activation.Errorf(activation.CodeInvalid, "no group has a role, so nobody could sign in").WithField("sso-role").
			WithRemedy("Say what groups may do, such as --sso-role marketing=contributor")
	}
	p, err := oidc.New(oidc.Config{
		Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: secret, Scopes: c.Scopes, GroupsClaim: c.GroupsClaim, Clock: clock,
	})
	if err != nil {
		return nil, err
	}
	return &access.SignOn{Provider: p, Name: c.Name, Contact: c.Contact, Roles: roles}, nil
}
