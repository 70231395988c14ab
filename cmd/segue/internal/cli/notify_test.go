package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/client"
	"segue/internal/activation"
)

func TestTheStatusIsShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Contains(t, b.ok("status"), "There is nothing yet")
	b.withExport()
	out := b.ok("status")
	require.Regexp(t, `(?m)^source +customers +Successful +under 1s +\+`, out)
	require.Regexp(t, `(?m)^export +VIP +Not started`, out)
	id := b.start()
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.EndedAt, r.ErrorCode, r.Error, r.Remedy = activation.StatusFailed, time.Now(), activation.CodeListMissing, "the account has no list 7", "Choose another list"
	})
	id = b.start()
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.Progress = activation.StatusRunning, activation.Progress{Removals: 1, RemovalsDone: 1, Imports: 3, ImportsDone: 2}
	})
	require.Regexp(t, `(?m)^export +VIP +Running 75 % +.*> !`, b.ok("status"))
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.ErrorCode, r.Error, r.Remedy = activation.StatusHeld, activation.CodeHeld, "the plan would remove all", "Look at it"
	})
	require.Regexp(t, `(?m)^export +VIP +Held \(needs approval\) +.*\? ! +the plan would remove all. Look at it`, b.ok("status"))
	require.True(t, strings.HasPrefix(b.ok("status", "-o", "json"), "{\n  "))
	failing, _ := failing(t, 503, "unavailable")
	require.Equal(t, "segue: it cannot be. Do something\n", failing.run("status").err)
}

func TestWhetherAListIsAsItsSegmentsSayIsShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Regexp(t, `(?m)^export +VIP +Not started +no +.*it has not run yet$`, b.ok("status"))
	require.Contains(t, b.ok("export", "show", "VIP"), "In step           no: it has not run yet\n")
	id := b.start()
	ran := func(status activation.RunStatus, at time.Time) {
		b.setRun(id, func(r *activation.Run) {
			r.Status, r.EndedAt, r.Plan = status, at, &activation.PlanSummary{At: at, AsOf: at}
		})
	}
	ran(activation.StatusSuccessful, b.Clock())
	require.Regexp(t, `(?m)^export +VIP +Successful +yes `, b.ok("status"))
	require.Regexp(t, `(?m)^VIP .* Successful +yes `, b.ok("export", "list"))
	require.NotContains(t, b.ok("export", "show", "VIP"), "In step")
	b.ok("segment", "update", "Anas", "--where", "name = Eva")
	require.Regexp(t, `(?m)^export +VIP +Successful +no +.*  the segment Anas was changed after its last run$`, b.ok("status"))
	require.Regexp(t, `(?m)^VIP .* Successful +no `, b.ok("export", "list"))
	b.ok("profile", "build")
	b.ok("export", "update", "VIP", "--leavers", "keep")
	require.Contains(t, b.ok("export", "show", "VIP"),
		"no: it was changed after its last run; the segment Anas was changed after its last run; the customer data are newer than its last run\n")
	ran(activation.StatusCanceled, b.Clock())
	require.Contains(t, b.ok("export", "show", "VIP"), "no: its last run was canceled\n")
}

// The web application's texts are read as they are, so that both say the same.
func TestWhyAListIsNotInStepIsSaidAsInTheWebApplication(t *testing.T) {
	t.Parallel()
	var texts struct {
		Behind struct {
			Reason map[string]string
		}
	}
	raw, err := os.ReadFile("../../../../web/app/src/exports/en.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &texts))
	for _, code := range activation.OutOfStepCodes() {
		for names, said := range map[string]string{"": "", "A": "A", "A,B": "A and B", "A,B,C": "A, B, and C"} {
			var segments []client.SegmentNamed
			for name := range strings.SplitSeq(names, ",") {
				if name != "" {
					segments = append(segments, client.SegmentNamed{Name: name})
				}
			}
			key := string(code)
			if code == activation.OutDataNewer && names != "" {
				key = "members_newer"
			}
			text, plain := texts.Behind.Reason[key]
			switch {
			case !plain && names == "":
				continue // what segments did is said of segments
			case !plain && len(segments) == 1:
				text = texts.Behind.Reason[key+"_one"]
			case !plain:
				text = texts.Behind.Reason[key+"_other"]
			}
			require.NotEmpty(t, text, key)
			text = strings.TrimSuffix(strings.ReplaceAll(text, "{{names}}", said), ".")
			require.Equal(t, strings.ToLower(text[:1])+text[1:], behindWord(client.OutOfStepReason{Code: client.OutOfStepReasonCode(code), Segments: segments}))
		}
	}
}

func TestTheFreshnessOfAnExportIsSetAndShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Contains(t, b.ok("export", "show", "VIP"), "need not succeed within a time")
	require.Contains(t, b.ok("export", "freshness", "VIP", "26h"), "Export \"VIP\" must succeed within 26h")
	require.Contains(t, b.ok("export", "freshness", "VIP", "1h30m"), "must succeed within 1h30m")
	id := b.start()
	b.setRun(id, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusSuccessful, time.Now() })
	require.Regexp(t, `(?m)^VIP .* yes +edit$`, b.ok("export", "list"))
	require.Contains(t, b.ok("export", "update", "VIP", "--leavers", "keep"), "is changed")
	require.Contains(t, b.ok("export", "show", "VIP"), "must succeed within 1h30m\n", "changing something else leaves it")
	b.setRun(id, func(r *activation.Run) { r.EndedAt = time.Now().Add(-2 * time.Hour) })
	require.Regexp(t, `(?m)^VIP .* late +edit$`, b.ok("export", "list"))
	require.Contains(t, b.ok("export", "freshness", "VIP", "none"), "need not succeed within a time")
	for _, within := range []string{"soon", "-1h", "90s"} {
		require.Contains(t, b.fails(exitUsage, "export", "freshness", "VIP", "--", within), "is no length of time in hours and minutes")
	}
	require.Contains(t, b.fails(exitInvalid, "export", "freshness", "VIP", "5m"), "from one hour to 366 days")
}

func TestWaysOfMessagesAreSetTriedAndListed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, "Mail     off\nWebhook  off\n", b.ok("notify", "show"))
	require.Contains(t, b.ok("notify", "list"), "There was nothing to tell yet")
	require.Contains(t, b.fails(exitUsage, "notify", "mail", "--host", "smtp.example.com", "--user", "mailer", "--from", "segue@example.com"), "the password is missing. Use --password-file or SEGUE_SMTP_PASSWORD")
	b.env["SEGUE_SMTP_PASSWORD"] = "made-up-password"
	out := b.ok("notify", "mail", "--host", "smtp.example.com", "--user", "mailer", "--from", "segue@example.com")
	require.Contains(t, out, "smtp.example.com:587 (starttls)")
	require.Contains(t, out, "stored, never shown")
	require.NotContains(t, out, "made-up")
	delete(b.env, "SEGUE_SMTP_PASSWORD")
	require.Contains(t, b.ok("notify", "mail", "--from", "other@example.com"), "other@example.com", "the password stays")
	require.Contains(t, b.fails(exitInvalid, "notify", "mail", "--host", "evil.example.com"), "its password has to be entered again")
	require.Contains(t, b.ok("notify", "mail", "--off"), "Mail      off")
	require.Contains(t, b.ok("notify", "mail", "--no-user"), "Password  none")

	b.in = "made-up-webhook-secret\n"
	require.Contains(t, b.ok("notify", "webhook", "--url", "https://hooks.example.com/x", "--secret-file", "-"), "URL       https://hooks.example.com/x")
	require.Contains(t, b.fails(exitInvalid, "notify", "webhook", "--url", "http://10.0.0.1/", "--secret-file", "-"), "--webhook-private")
	require.Equal(t, "The test message was taken.\n", b.ok("notify", "test", "webhook"))
	require.Equal(t, "The test message was taken.\n", b.ok("notify", "test", "mail", "--to", "a@example.com"))
	require.Len(t, b.Outbox.Calls(), 1)
	require.Len(t, b.Outbox.Mails(), 1)

	b.withExport()
	id := b.start()
	b.setRun(id, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusFailed, time.Now() })
	require.NoError(t, b.Notify.Watch(t.Context()))
	require.NoError(t, b.Notify.Deliver(t.Context()))
	require.Regexp(t, `(?m)^\S.* failed +export +VIP +1 sent`, b.ok("notify", "list"))
}

func TestSomebodyChoosesWhetherTheyGetMessages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_PASSWORD"] = goodPassword
	b.ok("person", "add", "Ana", "--email", "ana@example.com", "--role", "contributor")
	b.ok("person", "add", "Vi", "--email", "vi@example.com", "--role", "viewer")
	require.Equal(t, "You get messages when something needs you.\n", b.ok("me", "notices", "on", "--email", "ana@example.com"))
	require.Equal(t, "You get no messages.\n", b.ok("me", "notices", "off", "--email", "ana@example.com"))
	require.Contains(t, b.fails(exitForbidden, "me", "notices", "on", "--email", "vi@example.com"), "contributors and administrators only")
}
