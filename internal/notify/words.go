package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"segue/internal/activation"
)

// thing names what a message speaks of.
func thing(n activation.Notice) string {
	switch n.Task {
	case activation.TaskExport:
		return fmt.Sprintf("Export %q", n.Name)
	case activation.TaskSegment:
		return fmt.Sprintf("Segment %q", n.Name)
	case activation.TaskSource:
		return fmt.Sprintf("Data source %q", n.Name)
	}
	return "The profiles"
}

// headline is what a message tells in a few words; statuses are the words of PRODUCT.md.
func headline(n activation.Notice) string {
	what := thing(n)
	switch n.Kind {
	case activation.NoticeFailed:
		return what + ": Failed (permanent)"
	case activation.NoticeHeld:
		return what + ": Held (needs approval)"
	case activation.NoticeWaiting:
		return what + ": Waiting for Brevo for a long time"
	case activation.NoticeLate:
		return what + " is late: no success within " + span(n.Within)
	case activation.NoticeStopped:
		if n.Status == activation.StatusNeedsExportUser {
			return what + ": Needs an export user"
		}
		return what + ": No connection"
	case activation.NoticeRecovered:
		if n.Task == activation.TaskExport {
			return what + " is in step again"
		}
		return what + ": Successful again"
	}
	return "This is a test message"
}

// span writes a length of time in hours and minutes.
func span(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case m == 0 && h == 1:
		return "1 hour"
	case m == 0:
		return strconv.Itoa(h) + " hours"
	}
	return fmt.Sprintf("%d h %d min", h, m)
}

func date(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// explanation says what it means.
func explanation(n activation.Notice) string {
	switch n.Kind {
	case activation.NoticeFailed:
		if n.Task == activation.TaskExport {
			return "The run has failed and is not tried again by itself. The list stays as it is until a run succeeds."
		}
		return "It has failed and is not tried again before the next refresh. Exports that need it are skipped until then; their lists stay as they are."
	case activation.NoticeHeld:
		return "The plan of this run changes so many people that somebody should look at it first. Nothing was sent. It waits until it is released or refused, or until a newer run takes its place."
	case activation.NoticeWaiting:
		return "The run waits for an import at Brevo. It goes on by itself when that ends; until then nothing else is imported into the account."
	case activation.NoticeLate:
		if n.Success.IsZero() {
			return "No run of this export has succeeded yet."
		}
		return "The latest run that succeeded ended on " + date(n.Success) + ". The list is as old as that."
	case activation.NoticeStopped:
		return "The export does not run until that is mended. Its list stays as it is."
	case activation.NoticeRecovered:
		return "You were told of trouble before; it is over."
	}
	return "Messages of Segue arrive on this way."
}

// words are a message as a mail.
func words(n activation.Notice) (subject, text string) {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", headline(n))
	line("")
	line("%s", explanation(n))
	if n.Error != "" {
		line("")
		line("What happened: %s.", strings.TrimSuffix(n.Error, "."))
	}
	if n.Remedy != "" {
		line("What to do: %s.", strings.TrimSuffix(n.Remedy, "."))
	}
	line("")
	line("Seen on %s.", date(n.At))
	switch {
	case n.Run != "":
		line("More: segue run show %s", n.Run)
	case n.Kind != activation.NoticeTest:
		line("More: segue status")
	}
	return "Segue: " + oneLine(headline(n)), b.String()
}

// oneLine keeps a name from adding lines to a subject.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// footer says why somebody gets a message, and how to get none.
func footer(p activation.Person) string {
	return fmt.Sprintf("-- \nYou get this because you are %s %s of this Segue. To get no more of it: segue me notices off\n", article(p.Role), p.Role)
}

func article(r activation.Role) string {
	if r == activation.RoleAdministrator {
		return "an"
	}
	return "a"
}

// hook is a message as the webhook gets it. Names never change their meaning; more may come.
type hook struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Text    string    `json:"text"`
	Task    string    `json:"task,omitempty"`
	Object  string    `json:"object_id,omitempty"`
	Name    string    `json:"name,omitempty"`
	Status  string    `json:"status,omitempty"`
	Run     string    `json:"run_id,omitempty"`
	Within  int64     `json:"within_minutes,omitempty"`
	Success time.Time `json:"last_success,omitzero"`
	Code    string    `json:"code,omitempty"`
	Error   string    `json:"error,omitempty"`
	Remedy  string    `json:"remedy,omitempty"`
}

func payload(n activation.Notice) ([]byte, error) {
	b, err := json.Marshal(hook{
		ID: string(n.ID), At: n.At, Kind: string(n.Kind), Text: headline(n), Task: string(n.Task), Object: n.Object, Name: n.Name, Status: string(n.Status), Run: string(n.Run),
		Within: int64(n.Within / time.Minute), Success: n.Success, Code: string(n.Code), Error: n.Error, Remedy: n.Remedy,
	})
	if err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	return b, nil
}

// Sign signs a body: t is the moment in seconds since 1970, v1 the HMAC-SHA256 of "t.body" in hexadecimal digits.
func Sign(secret []byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
