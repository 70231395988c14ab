package app

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/sampledata"
)

// Names in the demo.
const (
	demoFile    = "customers.csv"
	demoSource  = "Customers"
	demoBought  = "orders.csv"
	demoOrders  = "Orders"
	demoBrevo   = "Brevo rehearsal"
	demoList    = "VIP"
	demoExport  = "VIP customers"
	demoLoyal   = "Loyal in Croatia"
	demoLately  = "Gold and above, bought lately"
	demoStrange = 3 // people who are on the list before
	demoOptOuts = 5 // customers who opted out at Brevo
)

// demoLogger writes the log of the demo's server.
func demoLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// customers makes customers up and takes them over.
func (d *demo) customers(ctx context.Context, _ Running) error {
	d.customer = sampledata.Config{Seed: d.Seed, Customers: d.Customers, AsOf: time.Now().UTC().AddDate(0, 0, -1).Truncate(24 * time.Hour)}
	stats, err := d.write()
	if err != nil {
		return err
	}
	d.heading("Customers: a file becomes a table, the table profiles")
	d.say("%s holds %s customers from six countries, dirty the way real files are:", filepath.Join(d.shown, "files", demoFile), grouped(stats.Rows))
	d.say("%s addresses missing and %s broken, %s of somebody else, %s phones malformed and %s shared, %s without an answer", grouped(stats.MissingEmails),
		grouped(stats.BrokenEmails), grouped(stats.DuplicateAddresses), grouped(stats.MalformedPhones), grouped(stats.SharedPhones), grouped(stats.MissingConsent))
	d.say("on consent and %s without consent.\n", grouped(stats.NoConsent))
	if err := d.command(ctx, "source", "add", demoSource, demoFile, "--ingest"); err != nil {
		return err
	}
	if err := d.command(ctx, "profile", "set", "--source", demoSource, "--key", "customer_id", "--meaning", "newsletter_consent=consent", "--build"); err != nil {
		return err
	}
	return d.orders(ctx)
}

// orders takes over what customers bought: rows that belong to the profiles, for segments to follow.
func (d *demo) orders(ctx context.Context) error {
	rows, err := d.writeOrders()
	if err != nil {
		return err
	}
	d.say("\n%s holds %s orders; the relationship says whose they are.\n", filepath.Join(d.shown, "files", demoBought), grouped(rows))
	if err := d.command(ctx, "source", "add", demoOrders, demoBought, "--ingest"); err != nil {
		return err
	}
	return d.command(ctx, "relationship", "add", "orders", "--from", demoOrders, "--key", "customer_id")
}

// write writes the customers as they are after the changes, whole or not at all.
func (d *demo) write(changes ...sampledata.Change) (sampledata.Stats, error) {
	path := filepath.Join(d.files, demoFile)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return sampledata.Stats{}, folderError(d.dir, err)
	}
	stats, err := sampledata.WriteChangedCSV(f, d.customer, changes...)
	if errors.Is(err, sampledata.ErrConfig) {
		err = activation.Errorf(activation.CodeInvalid, "the customers cannot be made up: %w", err).WithField("customers")
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return stats, err
	}
	return stats, os.Rename(path+".new", path)
}

// writeOrders writes the orders of the customers of the file, and returns how many there are.
func (d *demo) writeOrders() (int, error) {
	in, err := os.Open(filepath.Join(d.files, demoFile))
	if err != nil {
		return 0, folderError(d.dir, err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(filepath.Join(d.files, demoBought), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, folderError(d.dir, err)
	}
	n, err := sampledata.WriteOrders(out, in, d.customer)
	return n, errors.Join(err, out.Close())
}

// segments groups the customers.
func (d *demo) segments(ctx context.Context, _ Running) error {
	d.heading("Segments: who is meant, in words")
	if err := d.command(ctx, "segment", "add", demoLoyal, "--where", "country = HR and loyalty_tier in (silver, gold, platinum)"); err != nil {
		return err
	}
	if err := d.command(ctx, "segment", "add", demoLately, "--where",
		"loyalty_tier in (gold, platinum) and (last_purchase_on in the last 180 days or points >= 500)", "--time-zone", "Europe/Zagreb"); err != nil {
		return err
	}
	return d.command(ctx, "segment", "list")
}

// connect leads to the sandbox's account, where others have been before.
func (d *demo) connect(ctx context.Context, _ Running) error {
	d.heading("Connection and export: which list, with which fields")
	d.say("The Brevo sandbox is a program of its own at %s; open it in a browser to see its lists and people.", d.sandbox.url)
	key := filepath.Join(d.dir, "brevo-key")
	if err := os.WriteFile(key, []byte(brevosandbox.DefaultKey+"\n"), 0o600); err != nil {
		return folderError(d.dir, err)
	}
	if err := d.command(ctx, "connection", "add", demoBrevo, "--url", d.sandbox.url+"/v3", "--api-key-file", filepath.Join(d.shown, "brevo-key"), "--agree"); err != nil {
		return err
	}
	for _, a := range [][2]string{{"CITY", "text"}, {"POINTS", "number"}, {"BIRTHDAY", "date"}} {
		if err := d.command(ctx, "connection", "create-attribute", demoBrevo, a[0], a[1]); err != nil {
			return err
		}
	}
	if err := d.command(ctx, "connection", "create-list", demoBrevo, demoList); err != nil {
		return err
	}
	if err := d.others(ctx); err != nil {
		return err
	}
	if err := d.command(ctx, "connection", "share", demoBrevo); err != nil {
		return err
	}
	return d.command(ctx, "export", "add", demoExport, "--connection", demoBrevo, "--list", "1", "--segment", demoLoyal, "--segment", demoLately,
		"--email", "email", "--map", "FIRSTNAME=first_name", "--map", "LASTNAME=last_name", "--map", "SMS=phone", "--map", "CITY=city",
		"--map", "POINTS=points", "--map", "BIRTHDAY=birth_date")
}

// others is what people did in Brevo before Segue came: some are on the list, some opted out.
func (d *demo) others(ctx context.Context) error {
	var strangers []string
	for i := range demoStrange {
		strangers = append(strangers, fmt.Sprintf("guest%d@example.com", i+1))
	}
	if err := d.sandbox.act(ctx, brevosandbox.Action{Do: "add_by_hand", List: 1, Emails: strangers}); err != nil {
		return err
	}
	loyal, err := d.someLoyal(demoOptOuts)
	if err != nil || len(loyal) == 0 {
		return err
	}
	if err := d.sandbox.act(ctx, brevosandbox.Action{Do: "add_by_hand", List: 1, Emails: loyal}); err != nil {
		return err
	}
	d.say("(In Brevo, by hand: %d guests and %d customers were put on the list; the %d customers have opted out since.)\n", demoStrange, len(loyal), len(loyal))
	return d.sandbox.act(ctx, brevosandbox.Action{Do: "block_email", Emails: loyal})
}

// someLoyal returns addresses of customers in the first segment who gave consent, as the file has them.
func (d *demo) someLoyal(n int) ([]string, error) {
	f, err := os.Open(filepath.Join(d.files, demoFile))
	if err != nil {
		return nil, folderError(d.dir, err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return nil, err
	}
	col := func(name string) int { return slices.Index(header, name) }
	var found []string
	for len(found) < n {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		address, problem := activation.ParseEmail(row[col("email")])
		if problem == "" && row[col("country")] == "HR" && row[col("loyalty_tier")] == "gold" &&
			activation.ParseConsent(row[col("newsletter_consent")]).Allows() && !slices.Contains(found, string(address)) {
			found = append(found, string(address))
		}
	}
	return found, nil
}

// firstRun plans, then runs.
func (d *demo) firstRun(ctx context.Context, _ Running) error {
	d.heading("First run: the plan, then the run and its receipt")
	return d.planAndRun(ctx)
}

func (d *demo) planAndRun(ctx context.Context) error {
	if err := d.command(ctx, "run", "start", demoExport, "--dry-run", "--wait"); err != nil {
		return err
	}
	d.say("")
	return d.command(ctx, "run", "start", demoExport, "--wait")
}

// secondRun changes one customer in a hundred; only what changed is sent.
func (d *demo) secondRun(ctx context.Context, _ Running) error {
	d.heading("One day later: 1 % of the customers changed, and only that is sent")
	stats, err := d.write(sampledata.Change{Seed: d.Seed + 1, Percent: 1, AsOf: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	d.say("%s customers were edited, %s withdrew consent, lost their tier or are gone, %s are new.\n", grouped(stats.Edited), grouped(stats.Left()), grouped(stats.Joined))
	if err := d.command(ctx, "source", "ingest", demoSource); err != nil {
		return err
	}
	if err := d.command(ctx, "profile", "build"); err != nil {
		return err
	}
	return d.planAndRun(ctx)
}

// result shows what the sandbox holds, and how to go on.
func (d *demo) result(ctx context.Context, r Running) error {
	d.heading("What the sandbox holds")
	members, err := d.sandbox.members(ctx, 1)
	if err != nil {
		return err
	}
	guests := 0
	for _, m := range members {
		if strings.HasPrefix(m, "guest") {
			guests++
		}
	}
	d.say("The list %q holds %s people: %s customers, and the %d guests who were there before and whom Segue leaves alone. The first ones:",
		demoList, grouped(len(members)), grouped(len(members)-guests), guests)
	for _, m := range members[:min(len(members), 5)] {
		d.say("  %s", m)
	}
	d.signIn(r)
	d.say("\nShown in %s.", time.Since(d.started).Round(time.Second))
	if d.Exit {
		return nil
	}
	d.say("Segue goes on serving at %s, the sandbox at %s. Try, in another terminal:", r.URL, d.sandbox.url)
	d.say("  export SEGUE_DATA=%s PATH=%s:$PATH", filepath.Join(d.dir, "segue"), filepath.Dir(d.Program))
	d.say("  segue run list")
	d.say("  segue run start '%s' --wait", demoExport)
	d.say("Ctrl-C ends both.")
	return nil
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
