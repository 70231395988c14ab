package brevosandbox

import (
	"bytes"
	"encoding/csv"
	"maps"
	"time"

	"segue/internal/brevosandbox/book"
)

// reportKind is one of the reports of an import process.
type reportKind int

const (
	reportInvalidEmails reportKind = iota
	reportContactID
	reportExtID
	reportEmail
	reportPhone
	reportWhatsApp
	reportLandline
	reportCount
)

var reportNames = [reportCount]string{"invalid_emails", "duplicate_contact_id", "duplicate_ext_id",
	"duplicate_email_id", "duplicate_phone_id", "duplicate_whatsapp_id", "duplicate_landline_number_id"}

var reportOf = [...]reportKind{book.Email: reportEmail, book.SMS: reportPhone, book.WhatsApp: reportWhatsApp,
	book.Landline: reportLandline, book.ExtID: reportExtID}

type reportLine struct {
	ident  [len(identity{})]string
	reason string
}

// report notes the current row for one of the reports.
func (j *importJob) report(kind reportKind, ident identity, reason string) {
	line := reportLine{reason: reason}
	for f, v := range ident {
		line.ident[f] = string(v)
	}
	j.lines[kind] = append(j.lines[kind], line)
}

// publish turns the noted rows into CSV files behind unguessable links.
func (j *importJob) publish(a *account, p *process, at time.Time) {
	expires := at.Add(time.Duration(a.sb.settings().ReportLifetime))
	for kind, lines := range j.lines {
		if len(lines) == 0 {
			continue
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma = ';'
		fields := []book.Field{book.Email, book.ExtID, book.SMS, book.WhatsApp, book.Landline}
		record := []string{}
		for _, f := range fields {
			record = append(record, builtinNames[f])
		}
		_ = w.Write(append(record, "Reason"))
		for _, line := range lines {
			record = record[:0]
			for _, f := range fields {
				record = append(record, line.ident[f])
			}
			_ = w.Write(append(record, line.reason))
		}
		w.Flush()
		p.reports[kind] = a.addDownload(&download{body: out.Bytes(), expires: expires})
		j.lines[kind] = nil
	}
}

// download is a CSV behind a link: a report, or an export that is written as
// it is read.
type download struct {
	body    []byte
	export  *exportJob
	expires time.Time
}

// addDownload gives the link's token; expired ones are forgotten on the way.
func (a *account) addDownload(d *download) string {
	now := a.sb.now()
	maps.DeleteFunc(a.downloads, func(_ string, old *download) bool { return now.After(old.expires) })
	token := a.sb.cfg.Token()
	a.downloads[token] = d
	return token
}
