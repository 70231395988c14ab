package brevosandbox

import (
	"math/bits"
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

// turn is a process that has something to do at a certain time.
type turn struct {
	p     *process
	start time.Time
	next  time.Time
}

// advance brings every process up to now. What processes do side by side is
// done in the order of its times, so that it does not matter who looks when.
func (a *account) advance(now time.Time) {
	for len(a.active) > 0 {
		first, second := a.turns(now)
		if first.p == nil {
			return
		}
		first.p.run(a, first.start, first.next, now, second.next)
		if first.p.done() {
			a.active = slices.DeleteFunc(a.active, (*process).done)
		}
	}
}

// turns finds the process that is to do something first, not later than now,
// and the one after it. Of the imports that queue only the first has a turn.
func (a *account) turns(now time.Time) (first, second turn) {
	s := a.sb.settings()
	blocked := false
	for _, p := range a.active {
		queues := p.imp != nil && s.Imports == "queue" && !p.twist.aside
		if queues && blocked {
			continue
		}
		start := p.created.Add(time.Duration(s.QueueDelay))
		if queues {
			blocked = true
			if a.laneFree.After(start) {
				start = a.laneFree
			}
		}
		if now.Before(start) {
			continue
		}
		p.status = ""
		next, ok := p.next(s, start)
		switch {
		case !ok || next.After(now):
		case first.p == nil || next.Before(first.next):
			first, second = turn{p, start, next}, first
		case second.p == nil || next.Before(second.next):
			second = turn{p, start, next}
		}
	}
	return first, second
}

// next is when the process, begun at start, does its next thing: writes a row,
// or ends. Not ok means never.
func (p *process) next(s *Settings, start time.Time) (time.Time, bool) {
	length := p.length(s)
	if p.imp != nil && p.imp.cursor < p.limit() {
		return start.Add(share(length, p.imp.cursor+1, p.imp.rows.len())), true
	}
	return start.Add(length), !p.twist.stall
}

// limit is how many of its rows an import writes.
func (p *process) limit() int {
	n := p.imp.rows.len()
	if p.twist.stall || p.twist.end != "" {
		n = int(p.twist.portion * float64(n))
	}
	return n
}

// share is k nths of d.
func share(d time.Duration, k, n int) time.Duration {
	high, low := bits.Mul64(uint64(d), uint64(k))
	quotient, _ := bits.Div64(high, low, uint64(n))
	return time.Duration(quotient)
}

// run does the thing that is due at the time given and those after it, up to
// now, but only before the turn of another process.
func (p *process) run(a *account, start, due, now, other time.Time) {
	s := a.sb.settings()
	for ok := true; ok && !due.After(now); {
		if p.imp == nil || p.imp.cursor >= p.limit() {
			p.finish(a, s, due)
			return
		}
		p.imp.applyUpTo(a, s, p.imp.cursor+1, due)
		if due, ok = p.next(s, start); !other.IsZero() && !due.Before(other) {
			return
		}
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
	begun := p.running()
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
	if p.imp != nil && begun && !p.twist.aside {
		a.laneFree = end
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
	a.active = slices.DeleteFunc(a.active, (*process).done)
	return true
}
