package ingest

import (
	"fmt"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Database is how to reach a database, and what to read there.
type Database struct {
	Kind     activation.SourceKind
	Options  activation.DatabaseOptions
	Password string
}

// seal puts a password into a source, sealed for its id; none leaves what is there, and an empty one takes it away.
func (s *Service) seal(src *activation.Source, password ...string) error {
	switch {
	case len(password) == 0:
		return nil
	case !src.Kind.Database():
		return activation.Errorf(activation.CodeInvalid, "a source of files has no password").WithField("database.password").WithRemedy("Leave it out")
	case password[0] == "":
		src.SealedPassword = nil
		return nil
	case s.cfg.Box == nil:
		return noDatabases()
	}
	sealed, err := s.cfg.Box.Seal([]byte(password[0]), []byte(src.ID))
	if err != nil {
		return fmt.Errorf("seal the password of a database: %w", err)
	}
	src.SealedPassword = sealed
	return nil
}

// feed opens the database of a stored source.
func (s *Service) feed(src activation.Source) (warehouse.Feed, error) {
	d := Database{Kind: src.Kind, Options: src.Database}
	if src.SealedPassword != nil {
		if s.cfg.Box == nil {
			return nil, noDatabases()
		}
		password, err := s.cfg.Box.Open(src.SealedPassword, []byte(src.ID))
		if err != nil {
			return nil, fmt.Errorf("open the password of the database: %w", err)
		}
		d.Password = string(password)
	}
	return s.dial(d)
}

// looked opens the database of a source that is looked at, with the password given, else with the one stored for was.
func (s *Service) looked(src, was activation.Source, password ...string) (warehouse.Feed, error) {
	d := Database{Kind: src.Kind, Options: src.Database}
	switch {
	case len(password) > 0:
		d.Password = password[0]
	case was.SealedPassword == nil:
	case src.Kind != was.Kind || src.Database.Name != was.Database.Name || !src.Database.SameAccount(was.Database):
		// The name counts here: what stands between may take databases of other names to other servers.
		return nil, activation.Errorf(activation.CodeInvalid, "the stored password is used for what it was stored with only: kind, host, port, database, user or encryption differ").
			WithField("database.password").WithRemedy("Give the password; a stored one is never sent elsewhere")
	default:
		src.SealedPassword = was.SealedPassword
		return s.feed(src)
	}
	return s.dial(d)
}

func (s *Service) dial(d Database) (warehouse.Feed, error) {
	if s.cfg.Databases == nil {
		return nil, noDatabases()
	}
	return s.cfg.Databases(d)
}

func noDatabases() error {
	return activation.Errorf(activation.CodeUnavailable, "this server reads no databases")
}
