package access

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"segue/internal/activation"
	"segue/internal/store"
)

// One-time codes are those of RFC 6238 as every authenticator makes them: six digits, SHA-1, 30 seconds; the code
// before and the one after are taken too, and none twice.
const (
	codeStep  = 30
	codeSkew  = 1
	codeLabel = "Segue"
)

// NewCodes makes the secret of one-time codes, for an authenticator: as text, and as the link of a QR code. It is
// kept nowhere until ConfirmCodes.
func (s *Service) NewCodes(p activation.Person) (secret, link string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: codeLabel, AccountName: p.Email.String(), Period: codeStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", "", fmt.Errorf("make the secret of one-time codes: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// ConfirmCodes switches one-time codes on once a code shows that the authenticator has the secret.
func (s *Service) ConfirmCodes(ctx context.Context, id activation.PersonID, secret, code string) error {
	step, ok := s.matchCode(secret, code, 0)
	if !ok {
		return activation.Errorf(activation.CodeInvalid, "is not the code of this moment").WithField("code").
			WithRemedy("Check the clock of the device, and enter the code that the authenticator shows now")
	}
	sealed, err := s.cfg.Box.Seal([]byte(secret), codesOf(id))
	if err != nil {
		return err
	}
	return s.change(ctx, id, func(p *activation.Person) error {
		p.SealedTOTP, p.TOTPStep = sealed, step
		return nil
	})
}

// RemoveCodes switches one-time codes off.
func (s *Service) RemoveCodes(ctx context.Context, id activation.PersonID) error {
	return s.change(ctx, id, func(p *activation.Person) error {
		p.SealedTOTP, p.TOTPStep = nil, 0
		return nil
	})
}

// codesOf is the associated data of a person's sealed secret.
func codesOf(id activation.PersonID) []byte { return []byte("one-time codes of " + string(id)) }

// useCode checks a code and records it as used; a code that two ask with at once is valid for one of them.
func (s *Service) useCode(ctx context.Context, p *activation.Person, code string) error {
	secret, err := s.cfg.Box.Open(p.SealedTOTP, codesOf(p.ID))
	if err != nil {
		return (&activation.Error{Code: activation.CodeCorrupt, Message: "the secret of the person's one-time codes cannot be opened", Err: err}).
			WithRemedy("Restore the key file of the data folder, or have an administrator switch one-time codes off for the person")
	}
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		fresh, err := tx.Person(ctx, p.ID)
		if err != nil {
			return err
		}
		step, ok := s.matchCode(string(secret), code, fresh.TOTPStep)
		if !ok {
			return wrong()
		}
		if err := tx.UseCode(ctx, p.ID, step); err != nil {
			return err
		}
		p.TOTPStep = step
		return nil
	})
}

// matchCode returns the time step that a code is of; only one after used counts.
func (s *Service) matchCode(secret, code string, used int64) (int64, bool) {
	code = strings.ReplaceAll(code, " ", "")
	now := s.cfg.Clock()
	for skew := -codeSkew; skew <= codeSkew; skew++ {
		at := now.Add(time.Duration(skew*codeStep) * time.Second)
		step := at.Unix() / codeStep
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: codeStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && step > used && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}
