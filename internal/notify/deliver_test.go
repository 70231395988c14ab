package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/notify"
	"segue/internal/store"
)

var update = flag.Bool("update", false, "write the messages into testdata")

func TestWhoGetsAMessageAndWhatItSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	w.ended(activation.StatusFailed)
	w.watch()
	w.deliver()
	var to []string
	for _, m := range w.mails {
		to = append(to, m.To)
		require.Equal(t, "segue@example.com", m.From)
		require.Equal(t, `Segue: Export "News": Failed (permanent)`, m.Subject)
		require.Contains(t, m.Text, "What happened: the account has no list 1.\nWhat to do: Choose another list.\n")
		require.Contains(t, m.Text, "segue me notices off")
		require.NotContains(t, m.Text, "Secret Name")
		require.NotContains(t, m.Text, "@")
	}
	require.ElementsMatch(t, []string{"admin@example.com", "keen@example.com"}, to)
	require.Equal(t, activation.MailServer{Host: "smtp.example.com", Port: 587, Security: activation.MailStartTLS, User: "segue", Password: password}, w.servers[0])
	require.Len(t, w.calls, 1)
	w.deliver()
	require.Len(t, w.mails, 2, "once")
	require.Len(t, w.calls, 1)
}

func TestTheWebhooksCallIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	w.ended(activation.StatusFailed)
	w.watch()
	w.deliver()
	c := w.calls[0]
	require.Equal(t, "https://hooks.example.com/segue", c.url)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%d.%s", w.now.Unix(), c.body)
	require.Equal(t, fmt.Sprintf("t=%d,v1=%s", w.now.Unix(), hex.EncodeToString(mac.Sum(nil))), c.header["Segue-Signature"])
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(c.body), &body))
	require.Equal(t, c.header["Segue-Notice"], body["id"])
	delete(body, "id")
	delete(body, "at")
	require.Equal(t, map[string]any{
		"kind": "failed", "text": `Export "News": Failed (permanent)`, "task": "export", "object_id": "news", "name": "News", "status": "failed_permanent", "run_id": "run-001",
		"code": "list_missing", "error": "the account has no list 1", "remedy": "Choose another list",
	}, body)
}

func TestWithoutAWayAMessageIsListedOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ended(activation.StatusFailed)
	require.Equal(t, kinds(failed), w.watch())
	w.on()
	w.deliver()
	require.Empty(t, w.mails, "what was before a way was switched on is not told on it")
	require.Empty(t, w.calls)
}

func TestAMailServerThatIsDownIsTriedAgainWithLongerAndLongerWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	w.ended(activation.StatusFailed)
	w.watch()
	w.fail = down
	id := w.notices()[0].ID
	var waits []time.Duration
	for range 4 {
		w.deliver()
		next := w.next(id)
		waits = append(waits, next.Sub(w.now))
		w.now = next.Add(-time.Second)
		w.deliver() // not before
		require.Equal(t, next, w.next(id))
		w.now = next
	}
	require.Equal(t, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second}, waits)
	require.Empty(t, w.mails)
	w.restart()
	w.fail = func(string) error { return nil }
	w.deliver()
	require.Len(t, w.mails, 2)
	require.Equal(t, map[string]activation.DeliveryState{"mail admin": "sent", "mail keen": "sent", "webhook": "sent"}, w.states(id))

	w.fail = down
	w.ended(activation.StatusSuccessful)
	w.watch()
	for range 200 {
		w.deliver()
		w.later(time.Hour)
	}
	require.Equal(t, map[string]activation.DeliveryState{"mail admin": "failed", "mail keen": "failed", "webhook": "failed"}, w.states(w.notices()[1].ID), "not for ever")
}

// next is when the mail to the administrator is tried next.
func (w *world) next(id activation.NoticeID) (at time.Time) {
	w.t.Helper()
	require.NoError(w.t, w.store.View(w.t.Context(), func(r store.Reader) error {
		list, err := r.Deliveries(w.t.Context(), id)
		for _, d := range list {
			if d.Person == "admin" {
				at = d.NextAt
				require.Equal(w.t, "the mail server cannot be reached", d.Error)
			}
		}
		return err
	}))
	return at
}

func TestWhatWasTakenJustBeforeACrashIsSentAgainUnderTheSameID(t *testing.T) {
	t.Parallel()
	for point, want := range map[string]int{"notify.before-sent": 2, "notify.after-sent": 1} {
		w := newWorld(t)
		w.on()
		w.ended(activation.StatusFailed)
		w.watch()
		w.killedAt(point, w.Deliver)
		require.Len(t, w.mails, 1)
		w.deliver()
		w.deliver()
		first, times := w.mails[0], 0
		for _, m := range w.mails {
			if m.To == first.To {
				times++
				require.Equal(t, first, m)
			}
		}
		require.Equal(t, want, times, point)
		require.Contains(t, first.ID, "@example.com")
		require.Len(t, w.calls, 1)
	}
}

func TestOneRefusedRecipientDoesNotHoldTheOthersUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	w.fail = func(to string) error {
		if strings.HasPrefix(to, "admin@") {
			return activation.Errorf(activation.CodeRefused, "the mail server refuses the message (550)")
		}
		return nil
	}
	w.ended(activation.StatusFailed)
	w.watch()
	w.deliver()
	require.Equal(t, map[string]activation.DeliveryState{"mail admin": "queued", "mail keen": "sent", "webhook": "sent"}, w.states(w.notices()[0].ID))
}

func TestWhoWantsNoMoreMessagesGetsNoneThatIsStillOnItsWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	w.ended(activation.StatusFailed)
	w.watch()
	require.NoError(t, w.SetChoice(t.Context(), activation.Person{ID: "admin", Role: activation.RoleAdministrator}, false))
	require.NoError(t, w.SetChoice(t.Context(), activation.Person{ID: "writer", Role: activation.RoleContributor}, true))
	require.Equal(t, activation.CodeForbidden, activation.CodeOf(w.SetChoice(t.Context(), activation.Person{ID: "reader", Role: activation.RoleViewer}, true)))
	w.deliver()
	require.Equal(t, map[string]activation.DeliveryState{"mail admin": "dropped", "mail keen": "sent", "webhook": "sent"}, w.states(w.notices()[0].ID))
	w.ended(activation.StatusSuccessful)
	w.watch()
	w.deliver()
	require.Equal(t, map[string]activation.DeliveryState{"mail writer": "sent", "mail keen": "sent", "webhook": "sent"}, w.states(w.notices()[1].ID))
}

func TestOldMessagesAreDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ended(activation.StatusFailed)
	w.watch()
	w.later(89 * 24 * time.Hour)
	require.NoError(t, w.Prune(t.Context()))
	require.Len(t, w.notices(), 1)
	w.later(2 * 24 * time.Hour)
	require.NoError(t, w.Prune(t.Context()))
	require.Empty(t, w.notices())
	require.Empty(t, w.watch(), "what was told is not told again")
}

func TestSecretsAreSealedAndGoToNoOtherServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	set, err := w.Settings(t.Context())
	require.NoError(t, err)
	require.NotContains(t, string(set.SealedPassword), password)
	require.NotContains(t, string(set.SealedSecret), secret)

	keep := notify.NewSettings{NoticeSettings: set}
	keep.From = "other@example.com"
	set, err = w.SetSettings(t.Context(), keep)
	require.NoError(t, err)
	require.NotNil(t, set.SealedPassword, "it stays")
	moved := notify.NewSettings{NoticeSettings: set}
	moved.Server.Host = "evil.example.com"
	_, err = w.SetSettings(t.Context(), moved)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "mail.password", e.Field, "the stored password does not go there")
	again := "entered again"
	moved.Password = &again
	set, err = w.SetSettings(t.Context(), moved)
	require.NoError(t, err)
	short := "too short"
	_, err = w.SetSettings(t.Context(), notify.NewSettings{NoticeSettings: set, Secret: &short})
	require.ErrorAs(t, err, &e)
	require.Equal(t, "webhook.secret", e.Field)
	none := notify.NewSettings{NoticeSettings: set}
	none.Server.User = ""
	set, err = w.SetSettings(t.Context(), none)
	require.NoError(t, err)
	require.Nil(t, set.SealedPassword, "nobody signs in, so nothing is kept")
}

func TestATestMessageIsSentAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, activation.CodeNotReady, activation.CodeOf(w.Test(t.Context(), activation.ChannelMail, "a@example.com")))
	require.Equal(t, activation.CodeNotReady, activation.CodeOf(w.Test(t.Context(), activation.ChannelWebhook, "")))
	w.on()
	require.NoError(t, w.Test(t.Context(), activation.ChannelMail, "a@example.com"))
	require.Equal(t, "Segue: This is a test message", w.mails[0].Subject)
	require.NoError(t, w.Test(t.Context(), activation.ChannelWebhook, ""))
	require.Contains(t, w.calls[0].body, `"kind":"test"`)
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(w.Test(t.Context(), activation.ChannelMail, "a@example.com\r\nBcc: b@example.com")))
	w.fail = down
	require.Equal(t, activation.CodeUnavailable, activation.CodeOf(w.Test(t.Context(), activation.ChannelMail, "a@example.com")))
	require.Empty(t, w.notices(), "it is no message about anything")
}

// TestEveryKindOfMessage writes all messages down, for people to read.
func TestEveryKindOfMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.on()
	var all strings.Builder
	for _, n := range []activation.Notice{
		{Kind: activation.NoticeFailed, Task: activation.TaskExport, Name: "News\r\nBcc: x", Run: "r1", Error: "the account has no list 7", Remedy: "Choose another list, or create one"},
		{Kind: activation.NoticeFailed, Task: activation.TaskSource, Name: "CRM", Error: "the file lost a column", Remedy: "Put it back"},
		{Kind: activation.NoticeFailed, Task: activation.TaskProfile, Error: "there is no column id"},
		{Kind: activation.NoticeHeld, Task: activation.TaskExport, Name: "News", Run: "r1", Error: "the plan would remove all 40 people of this export from the list", Remedy: "Look at the plan, then release or refuse the run"},
		{Kind: activation.NoticeWaiting, Task: activation.TaskExport, Name: "News", Run: "r1"},
		{Kind: activation.NoticeLate, Task: activation.TaskExport, Name: "News", Within: 26 * time.Hour, Success: w.now.Add(-27 * time.Hour)},
		{Kind: activation.NoticeLate, Task: activation.TaskExport, Name: "News", Within: 90 * time.Minute},
		{Kind: activation.NoticeStopped, Task: activation.TaskExport, Name: "News", Status: activation.StatusNoConnection},
		{Kind: activation.NoticeStopped, Task: activation.TaskExport, Name: "News", Status: activation.StatusNeedsExportUser},
		{Kind: activation.NoticeRecovered, Task: activation.TaskExport, Name: "News", Run: "r1"},
		{Kind: activation.NoticeRecovered, Task: activation.TaskSegment, Name: "Loyal"},
	} {
		w.ids++
		n.ID, n.At = activation.NoticeID(fmt.Sprintf("notice-%04d", w.ids)), w.now
		w.update(func(tx store.Tx) error {
			return tx.CreateNotice(t.Context(), n, []activation.Delivery{{Notice: n.ID, Channel: activation.ChannelMail, Person: "admin", State: activation.DeliveryQueued, NextAt: w.now}})
		})
		w.deliver()
		m := w.mails[len(w.mails)-1]
		require.NotContains(t, m.Subject, "\n", "a name adds no header")
		fmt.Fprintf(&all, "Subject: %s\n\n%s\n", m.Subject, m.Text)
	}
	golden := filepath.Join("testdata", "messages.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(all.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), all.String())
}
