package brevosandbox

import (
	"math"
	"slices"
	"time"

	"segue/internal/brevosandbox/book"
)

// Names of processes.
const (
	processImport    = "IMPORTUSER"
	processRemoveAll = "LIST_USERS_DELETE"
	processExport    = "CONTACT_EXPORT"
)

// Statuses of processes; the word for one under way is a setting.
const (
	statusQueued    = "queued"
	statusCompleted = "completed"
	statusFailed    = "failed"
	statusCancelled = "cancelled"
)

// process is one asynchronous job of an account.
//
//	queued -> running -> completed | failed | cancelled
//	             | (stalled: stays there until released)
//
// Rows are applied in proportion to the time that has passed, so a process that
// fails or stalls half-way leaves half of them behind.
type process struct {
	id      int64
	name    string
	status  string // "" while running
	created time.Time
	ended   time.Time

	imp     *importJob // imports
	rows    int        // of an import
	list    *list      // removals with all
	export  *exportJob // exports
	reports [reportCount]string
	link    string // of an export
	notify  string

	twist processTwist
}

// processTwist is what a fault does to a process.
type processTwist struct {
	stall   bool          // never ends until released
	aside   bool          // does not hold its place in the queue: later ones overtake it
	extra   time.Duration // on top of its duration
	end     string        // failed or cancelled instead of completed
	portion float64       // of its rows that are applied before it stalls or ends so; 0..1
}

func (p *process) running() bool { return p.status == "" }

func (p *process) done() bool {
	return p.status == statusCompleted || p.status == statusFailed || p.status == statusCancelled
}

func (a *account) newProcess(name string, now time.Time, twist processTwist) *process {
	p := &process{id: a.nextProcess, name: name, status: statusQueued, created: now, twist: twist}
	a.nextProcess++
	a.processes = append(a.processes, p)
	a.active = append(a.active, p)
	return p
}

func (a *account) findProcess(id int64) *process {
	i, ok := slices.BinarySearchFunc(a.processes, id, func(p *process, id int64) int { return int(p.id - id) })
	if !ok {
		return nil
	}
	return a.processes[i]
}

// advance brings every process up to now.
func (a *account) advance(now time.Time) {
	if len(a.active) == 0 {
		return
	}
	s := a.sb.settings()
	blocked := false
	for _, p := range a.active {
		queues := p.imp != nil && s.Imports == "queue" && !p.twist.aside
		if queues && blocked {
			continue
		}
		start := p.created.Add(time.Duration(s.QueueDelay))
		if queues && a.laneFree.After(start) {
			start = a.laneFree
		}
		p.step(a, s, start, now)
		if queues {
			if p.done() {
				a.laneFree = p.ended
			} else {
				blocked = true
			}
		}
	}
	a.active = slices.DeleteFunc(a.active, (*process).done)
}

func (p *process) step(a *account, s *Settings, start, now time.Time) {
	if now.Before(start) {
		return
	}
	p.status = ""
	length := p.length(s)
	end := start.Add(length)
	finished := !now.Before(end)
	if p.imp != nil {
		share := 1.0
		if !finished {
			share = float64(now.Sub(start)) / float64(length)
		}
		if p.twist.stall || p.twist.end != "" {
			share = math.Min(share, p.twist.portion)
		}
		at := now
		if finished {
			at = end
		}
		p.imp.applyUpTo(a, s, int(share*float64(p.imp.rows.len())), at)
	}
	if finished && !p.twist.stall {
		p.finish(a, s, end)
	}
}

func (p *process) length(s *Settings) time.Duration {
	d := p.twist.extra
	switch {
	case p.imp != nil:
		d += time.Duration(s.ImportFixed) + time.Duration(p.imp.rows.len())*time.Duration(s.ImportPerContact)
	case p.export != nil:
		d += time.Duration(s.ExportTime)
	default:
		d += time.Duration(s.RemoveAllTime)
	}
	return d
}

func (p *process) finish(a *account, s *Settings, end time.Time) {
	p.status, p.ended = statusCompleted, end
	if p.twist.end != "" {
		p.status = p.twist.end
	}
	if p.imp != nil && p.status == statusCompleted && p.imp.listGone(a) && s.ListGone == "failed" {
		p.status = statusFailed
	}
	switch {
	case p.imp != nil:
		if p.status == statusCompleted {
			p.imp.publish(a, p, end)
		}
		p.imp.forget()
	case p.status != statusCompleted:
	case p.export != nil:
		p.export.capture(a)
		p.link = a.addDownload(&download{export: p.export, expires: end.Add(time.Duration(s.ReportLifetime))})
	case p.list != nil:
		p.list.changing(end, a.sb.lag())
		p.list.members.Walk(0, false, func(id uint32) bool {
			a.listChanged(id, end)
			return true
		})
		p.list.members = book.Bitmap{}
	}
	if p.notify != "" {
		a.sb.notify(p.notify)
	}
}

// release ends a stalled process as if nothing had been wrong.
func (p *process) release(a *account, now time.Time) bool {
	if !p.twist.stall || p.done() {
		return false
	}
	p.twist = processTwist{aside: p.twist.aside}
	if !p.running() {
		return true // still queued: it will start and end as others do
	}
	s := a.sb.settings()
	if p.imp != nil {
		p.imp.applyUpTo(a, s, p.imp.rows.len(), now)
	}
	p.finish(a, s, now)
	if !p.twist.aside && p.imp != nil {
		a.laneFree = now
	}
	a.active = slices.DeleteFunc(a.active, (*process).done)
	return true
}

// stop ends a process that is not done with the status given, as it is.
func (p *process) stop(a *account, status string, now time.Time) bool {
	if p.done() {
		return false
	}
	p.twist = processTwist{aside: p.twist.aside, end: status}
	p.finish(a, a.sb.settings(), now)
	if !p.twist.aside && p.imp != nil {
		a.laneFree = now
	}
	a.active = slices.DeleteFunc(a.active, (*process).done)
	return true
}
