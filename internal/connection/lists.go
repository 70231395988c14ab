package connection

import (
	"context"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Lists returns the lists of the account.
func (s *Service) Lists(ctx context.Context, id activation.ConnectionID) ([]destination.List, error) {
	d, _, err := s.use(ctx, id)
	if err != nil {
		return nil, err
	}
	l, err := d.Lists(ctx)
	return l, destination.Translate(err)
}

// Attributes returns the attributes of the account, as they are now.
func (s *Service) Attributes(ctx context.Context, id activation.ConnectionID) ([]destination.Attribute, error) {
	d, _, err := s.use(ctx, id)
	if err != nil {
		return nil, err
	}
	a, err := d.Attributes(ctx)
	return a, destination.Translate(err)
}

// CreateList makes a list in a folder; folder 0 means the first one.
func (s *Service) CreateList(ctx context.Context, id activation.ConnectionID, name string, folder int64) (destination.List, error) {
	if err := activation.ValidateName("name", name); err != nil {
		return destination.List{}, err
	}
	d, _, err := s.use(ctx, id)
	if err != nil {
		return destination.List{}, err
	}
	lc, ok := d.(destination.ListCreator)
	if !ok {
		return destination.List{}, activation.Errorf(activation.CodeInvalid, "this destination cannot make lists")
	}
	l, err := lc.CreateList(ctx, name, folder)
	return l, destination.Translate(err)
}

// CreateAttribute makes an attribute of the account.
func (s *Service) CreateAttribute(ctx context.Context, id activation.ConnectionID, a destination.Attribute) error {
	d, _, err := s.use(ctx, id)
	if err != nil {
		return err
	}
	ac, ok := d.(destination.AttributeCreator)
	if !ok {
		return activation.Errorf(activation.CodeInvalid, "this destination cannot make attributes")
	}
	return destination.Translate(ac.CreateAttribute(ctx, a))
}
