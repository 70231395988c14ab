package brevosandbox

import (
	"net/http"
	"strings"
)

const expiredXML = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`

// serveDownload gives out a report or an export. It asks for no key, as the
// links of Brevo do; what has expired or never existed is 403 in XML.
func (sb *Sandbox) serveDownload(w http.ResponseWriter, r *http.Request) {
	entry := logEntry{At: sb.now(), Kind: "download", Method: r.Method, Path: "/_reports/…", Status: http.StatusOK}
	defer func() {
		entry.Took = Duration(sb.now().Sub(entry.At))
		sb.log.add(entry)
	}()
	token := strings.TrimSuffix(r.PathValue("token"), ".csv")
	a, d := sb.findDownload(token)
	if d == nil {
		entry.Status = http.StatusForbidden
		reply{status: http.StatusForbidden, kind: "application/xml", body: []byte(expiredXML)}.write(w)
		return
	}
	entry.Account = a.cfg.OrganizationID
	plan := sb.faults.plan("download", entry.Account)
	entry.Faults = plan.names()
	if plan.delay > 0 && sb.cfg.Sleep(r.Context(), plan.delay) != nil {
		return
	}
	a.meddleWith(plan.worldBefore, sb.now())
	defer func() { a.meddleWith(plan.worldAfter, sb.now()) }()
	if f := plan.first(); f != nil {
		if f.reset() {
			entry.Status = 0
			hangUp(w)
			return
		}
		out := f.reply(r)
		entry.Status = out.status
		out.write(w)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", "attachment")
	if d.export != nil {
		_ = d.export.write(a, w)
		return
	}
	entry.Bytes = len(d.body)
	_, _ = w.Write(d.body)
}

func (sb *Sandbox) findDownload(token string) (*account, *download) {
	now := sb.now()
	for _, a := range sb.accounts {
		a.mu.Lock()
		d := a.downloads[token]
		a.mu.Unlock()
		if d != nil && now.Before(d.expires) {
			return a, d
		}
	}
	return nil, nil
}
