package brevosandbox

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// DefaultKey is the API key of the default account; it is a key nowhere else.
const DefaultKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"

// DefaultOrganization is the organization_id of the default account.
const DefaultOrganization = "5a0db0c00000000000000001"

// Config says how a sandbox starts. Clock is required; the rest has defaults.
// The JSON form is what `segue sandbox` reads from a file.
type Config struct {
	// Accounts that exist at the start. Defaults to DefaultAccount().
	Accounts []Account `json:"accounts,omitempty"`
	// Settings are the behaviours that public documents leave open. Those left
	// empty have the defaults of DefaultSettings.
	Settings Settings `json:"settings"`
	// Faults that apply from the start. Defaults to none.
	Faults []Fault `json:"faults,omitempty"`
	// Seed of every random choice of the faults. Defaults to 0.
	Seed uint64 `json:"seed"`
	// Hosts are names, besides localhost and addresses, under which the page and
	// /_sandbox/ may be called; others are refused against DNS rebinding.
	// Defaults to none.
	Hosts []string `json:"hosts,omitempty"`

	// Clock tells the time. Required.
	Clock func() time.Time `json:"-"`
	// Token makes the unguessable part of a report's address. Defaults to 32
	// random hexadecimal digits.
	Token func() string `json:"-"`
	// Sleep waits for slow answers. Defaults to a timer.
	Sleep func(context.Context, time.Duration) error `json:"-"`
}

// Account is one Brevo account at the start.
type Account struct {
	// OrganizationID is its identity. Defaults to one made from its position.
	OrganizationID string `json:"organization_id"`
	// Company is shown to people. Defaults to "Sandbox Company".
	Company string `json:"company"`
	// Email is the registered address, which cannot be deleted as a contact.
	// Defaults to owner@sandbox.example.
	Email string `json:"email"`
	// Language decides the names of the first and last name attributes: en, fr,
	// es, de, it, pt. Defaults to en.
	Language string `json:"language"`
	// Keys that open the account. Defaults to DefaultKey for the first account;
	// required for others.
	Keys []string `json:"keys"`
	// AllowedIPs, when not empty, are the only client addresses or CIDR ranges
	// that are not answered 401. Defaults to any.
	AllowedIPs []string `json:"allowed_ips,omitempty"`
	// Tier of the rate limits: off, general, advanced, extended. Defaults to the
	// setting of the same name, whatever it is at the time.
	Tier string `json:"tier,omitempty"`
	// Folders exist at the start, numbered from 1. Defaults to one, "Sandbox".
	Folders []string `json:"folders,omitempty"`
	// Lists exist at the start, numbered from 1, in the first folder unless
	// FolderID says otherwise. Defaults to none.
	Lists []AccountList `json:"lists,omitempty"`
	// Attributes exist besides EMAIL, SMS and the two names. Defaults to none.
	Attributes []AccountAttribute `json:"attributes,omitempty"`
	// Credits of the plan. Defaults to 100,000.
	Credits int `json:"credits,omitempty"`
}

// AccountList is a list at the start.
type AccountList struct {
	Name     string `json:"name"`
	FolderID int64  `json:"folder_id,omitempty"`
}

// AccountAttribute is an attribute at the start.
type AccountAttribute struct {
	Name string `json:"name"`
	// Category: normal, category, transactional, calculated, global. Defaults to normal.
	Category string `json:"category,omitempty"`
	// Type: text, date, float, boolean, id, multiple-choice, user. Defaults to text.
	Type string `json:"type,omitempty"`
	// Options of a multiple-choice attribute, or labels of a category attribute
	// (values count from 1).
	Options []string `json:"options,omitempty"`
}

// DefaultAccount is what a sandbox has when nothing is said: one account with
// DefaultKey, a folder, and the attributes of a new Brevo account.
func DefaultAccount() Account {
	return Account{OrganizationID: DefaultOrganization, Company: "Sandbox Company", Keys: []string{DefaultKey}}
}

func (c Config) withDefaults() (Config, error) {
	if c.Clock == nil {
		return c, errors.New("sandbox: Config.Clock is required")
	}
	if c.Token == nil {
		c.Token = randomToken
	}
	if c.Sleep == nil {
		c.Sleep = sleepTimer
	}
	if len(c.Accounts) == 0 {
		c.Accounts = []Account{DefaultAccount()}
	}
	settings, err := c.Settings.withDefaults()
	if err != nil {
		return c, err
	}
	c.Settings = settings
	keys, orgs := map[string]bool{}, map[string]bool{}
	accounts := make([]Account, len(c.Accounts))
	for i, a := range c.Accounts {
		a, err := a.withDefaults(i)
		if err != nil {
			return c, err
		}
		if orgs[a.OrganizationID] {
			return c, fmt.Errorf("sandbox: organization_id %q is there twice", a.OrganizationID)
		}
		orgs[a.OrganizationID] = true
		for _, k := range a.Keys {
			if k == "" || keys[k] {
				return c, fmt.Errorf("sandbox: account %q has an empty key, or one that is already taken", a.OrganizationID)
			}
			keys[k] = true
		}
		accounts[i] = a
	}
	c.Accounts = accounts
	return c, nil
}

func (a Account) withDefaults(i int) (Account, error) {
	if a.OrganizationID == "" {
		a.OrganizationID = fmt.Sprintf("5a0db0c0%016d", i+1)
	}
	if a.Company == "" {
		a.Company = "Sandbox Company"
	}
	if a.Email == "" {
		a.Email = "owner@sandbox.example"
	}
	if a.Language == "" {
		a.Language = "en"
	}
	if _, ok := nameAttributes[a.Language]; !ok {
		return a, fmt.Errorf("sandbox: account %q: language %q is not known", a.OrganizationID, a.Language)
	}
	if len(a.Keys) == 0 && i == 0 {
		a.Keys = []string{DefaultKey}
	}
	if len(a.Keys) == 0 {
		return a, fmt.Errorf("sandbox: account %q has no key", a.OrganizationID)
	}
	if _, ok := tiers[a.Tier]; a.Tier != "" && !ok {
		return a, fmt.Errorf("sandbox: account %q: tier %q is not known", a.OrganizationID, a.Tier)
	}
	if len(a.Folders) == 0 {
		a.Folders = []string{"Sandbox"}
	}
	if a.Credits == 0 {
		a.Credits = 100_000
	}
	for _, ip := range a.AllowedIPs {
		if _, err := parsePrefix(ip); err != nil {
			return a, fmt.Errorf("sandbox: account %q: read allowed address: %w", a.OrganizationID, err)
		}
	}
	return a, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return addr.Prefix(addr.BitLen())
}
