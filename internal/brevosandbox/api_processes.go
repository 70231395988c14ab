package brevosandbox

import (
	"net/http"
	"time"
)

// describe is a process as Brevo tells it: no counts, no reason of a failure,
// and reports only of a completed import.
func (p *process) describe(c *call) map[string]any {
	status := p.status
	if p.running() {
		status = c.s.RunningStatus
	}
	out := map[string]any{"id": p.id, "name": p.name, "status": status}
	if p.status != statusCompleted {
		return out
	}
	if p.imp != nil {
		reports := map[string]any{}
		for kind, token := range p.reports {
			reports[reportNames[kind]] = c.reportLink(token)
		}
		out["info"] = map[string]any{"import": reports}
	}
	if p.link != "" {
		out["export_url"] = c.link(p.link)
	}
	return out
}

func (c *call) reportLink(token string) any {
	switch {
	case token == "":
		return nil
	case c.s.ReportLinks == "array":
		return []string{c.link(token)}
	}
	return c.link(token)
}

func (c *call) link(token string) string {
	scheme := "http"
	if c.http.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.http.Host + "/_reports/" + token + ".csv"
}

// getProcesses tells at most 50 processes a page.
func (c *call) getProcesses() reply {
	p, refusal := c.paging(10, 50)
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	known := c.a.processes
	for lag := time.Duration(c.s.ProcessListLag); lag > 0 && len(known) > 0 && c.now.Before(known[len(known)-1].created.Add(lag)); {
		known = known[:len(known)-1]
	}
	page := []any{}
	for i := p.offset; i < len(known) && len(page) < p.limit; i++ {
		at := i
		if p.desc {
			at = len(known) - 1 - i
		}
		page = append(page, known[at].describe(c))
	}
	return object(http.StatusOK, map[string]any{"count": len(known), "processes": page})
}

func (c *call) getProcess() reply {
	id, ok := c.pathID()
	if !ok {
		return invalid("processId is invalid")
	}
	defer c.lock()()
	p := c.a.findProcess(id)
	if p == nil {
		return notFound("Process ID does not exist")
	}
	return object(http.StatusOK, p.describe(c))
}
