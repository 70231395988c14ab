package notify

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"segue/internal/activation"
	"segue/internal/store"
)

// What a sealed value is, so that it opens nowhere else.
const (
	passwordOf = "notices/mail password"
	secretOf   = "notices/webhook secret"
)

// The bounds of the webhook's secret, in characters.
const minSecret, maxSecret = 16, 500

// Settings returns on which ways messages go out.
func (s *Service) Settings(ctx context.Context) (set activation.NoticeSettings, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		set, err = r.NoticeSettings(ctx)
		return err
	})
	return set, err
}

// NewSettings changes the settings; Password and Secret stay as they are where nil, and are taken away where empty.
type NewSettings struct {
	activation.NoticeSettings
	Password, Secret *string
}

// SetSettings says on which ways messages go out. A password that is known already goes to no other server than the one that it was
// entered for: then it has to be entered again.
func (s *Service) SetSettings(ctx context.Context, in NewSettings) (out activation.NoticeSettings, err error) {
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		was, err := tx.NoticeSettings(ctx)
		if err != nil {
			return err
		}
		set := in.NoticeSettings
		set.Server.Host, set.From, set.URL = strings.TrimSpace(set.Server.Host), strings.TrimSpace(set.From), strings.TrimSpace(set.URL)
		set.UpdatedAt = s.cfg.Clock().UTC()
		if err := s.seal(&set, was, in); err != nil {
			return err
		}
		if err := set.Validate(s.cfg.Private); err != nil {
			return err
		}
		if err := tx.PutNoticeSettings(ctx, set); err != nil {
			return err
		}
		out, err = tx.NoticeSettings(ctx)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("set how messages go out: %w", err)
	}
	return out, nil
}

// seal puts what is secret into the settings.
func (s *Service) seal(set *activation.NoticeSettings, was activation.NoticeSettings, in NewSettings) (err error) {
	set.SealedPassword, set.SealedSecret = was.SealedPassword, was.SealedSecret
	switch {
	case in.Password != nil && *in.Password == "", set.Server.User == "":
		set.SealedPassword = nil
	case in.Password != nil:
		if set.SealedPassword, err = s.cfg.Box.Seal([]byte(*in.Password), []byte(passwordOf)); err != nil {
			return fmt.Errorf("seal the password: %w", err)
		}
	case set.SealedPassword != nil && set.Server != was.Server:
		return activation.Errorf(activation.CodeInvalid, "the mail server was changed, so its password has to be entered again").WithField("mail.password")
	}
	if in.Secret == nil {
		return nil
	}
	switch n := utf8.RuneCountInString(*in.Secret); {
	case n == 0:
		set.SealedSecret = nil
	case n < minSecret || n > maxSecret:
		return activation.Errorf(activation.CodeInvalid, "must have %d to %d characters", minSecret, maxSecret).WithField("webhook.secret")
	default:
		if set.SealedSecret, err = s.cfg.Box.Seal([]byte(*in.Secret), []byte(secretOf)); err != nil {
			return fmt.Errorf("seal the secret: %w", err)
		}
	}
	return nil
}

func splitAddress(a string) (local, domain string) {
	i := strings.LastIndexByte(a, '@')
	if i < 0 {
		return a, "segue.invalid"
	}
	return a[:i], a[i+1:]
}
