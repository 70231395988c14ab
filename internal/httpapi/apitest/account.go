package apitest

import (
	"context"
	"slices"
	"sync"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Keys that the destination knows: GoodKey and OtherKey are of two accounts.
const (
	GoodKey  = "xkeysib-made-up-for-tests-good"
	OtherKey = "xkeysib-made-up-for-tests-other"
)

// Account is a small destination with one account for each known key.
type Account struct {
	mu         sync.Mutex
	lists      []destination.List
	attributes []destination.Attribute
}

func newAccount() *Account {
	return &Account{
		lists:      []destination.List{{ID: 7, Name: "VIP", Folder: "Marketing", Size: 3}, {ID: 9, Name: "Everyone"}},
		attributes: []destination.Attribute{{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "SMS", Type: activation.AttributeIdentifier}},
	}
}

func (a *Account) dial(key string) destination.Destination { return &login{at: a, key: key} }

// login is an account seen through a key.
type login struct {
	destination.Destination
	at  *Account
	key string
}

// Account implements destination.Destination.
func (l *login) Account(context.Context) (activation.AccountDetails, error) {
	switch l.key {
	case GoodKey:
		return activation.AccountDetails{Account: activation.Account{OrganizationID: "org-1"}, Company: "Primjer d.o.o.", Plan: "business", Credits: "1,000"}, nil
	case OtherKey:
		return activation.AccountDetails{Account: activation.Account{OrganizationID: "org-2"}, Company: "Drugi d.o.o."}, nil
	}
	return activation.AccountDetails{}, &destination.Error{
		Outcome: destination.Refused, Code: activation.CodeBadCredentials, Status: 401, Kind: "account", Message: "the key is not known", Remedy: "Make a new key",
	}
}

// List implements destination.Destination.
func (l *login) List(_ context.Context, id activation.ListID) (destination.List, error) {
	l.at.mu.Lock()
	defer l.at.mu.Unlock()
	for _, x := range l.at.lists {
		if x.ID == id {
			return x, nil
		}
	}
	return destination.List{}, &destination.Error{Outcome: destination.Refused, Code: activation.CodeListMissing, Status: 404, Kind: "list", Message: "no such list"}
}

// Lists implements destination.Destination.
func (l *login) Lists(context.Context) ([]destination.List, error) {
	l.at.mu.Lock()
	defer l.at.mu.Unlock()
	return slices.Clone(l.at.lists), nil
}

// Attributes implements destination.Destination.
func (l *login) Attributes(context.Context) ([]destination.Attribute, error) {
	l.at.mu.Lock()
	defer l.at.mu.Unlock()
	return slices.Clone(l.at.attributes), nil
}

// ImportClearing implements destination.Clearer.
func (l *login) ImportClearing(ctx context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error) {
	return l.Import(ctx, list, rows)
}

// CreateList implements destination.ListCreator.
func (l *login) CreateList(_ context.Context, name string, _ int64) (destination.List, error) {
	l.at.mu.Lock()
	defer l.at.mu.Unlock()
	n := destination.List{ID: activation.ListID(100 + len(l.at.lists)), Name: name}
	l.at.lists = append(l.at.lists, n)
	return n, nil
}

// Folders implements destination.ListCreator.
func (l *login) Folders(context.Context) ([]destination.Folder, error) { return nil, nil }

// CreateAttribute implements destination.AttributeCreator.
func (l *login) CreateAttribute(_ context.Context, a destination.Attribute) error {
	l.at.mu.Lock()
	defer l.at.mu.Unlock()
	l.at.attributes = append(l.at.attributes, a)
	return nil
}
