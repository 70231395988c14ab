package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
)

// progress shows how a run gets on: on a terminal one line that is drawn anew, elsewhere a line for each change of
// status or step, and for each tenth that was sent.
type progress struct {
	w        io.Writer
	terminal bool
	width    int
	last     string
	drawn    bool
}

// show draws a state of a run.
func (p *progress) show(r client.Run) {
	if p.terminal {
		p.draw(r)
		return
	}
	if s := plainState(r); s != p.last {
		p.last = s
		_, _ = fmt.Fprintln(p.w, s)
	}
}

// done takes the line off the terminal.
func (p *progress) done() {
	if p.drawn {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// share is how much of a run's sending is done: addresses done of all, -1 where nothing is to be sent.
func share(p client.Progress) (done, of int64) {
	if p.ToRead > 0 {
		return p.Read, p.ToRead
	}
	return p.RemovalsDone + p.ImportsDone, p.Removals + p.Imports
}

// stepWords says what a run does now.
func stepWords(r client.Run) string {
	if r.Ended || r.Status != client.RunStatusRunning {
		return statusWords(r.Status)
	}
	return map[client.RunStep]string{
		client.RunStepPlan: "Planning", client.RunStepCheck: "Checking", client.RunStepSend: "Sending", client.RunStepSettle: "Settling",
	}[r.Step]
}

// plainState is a state of a run as a line; states that differ by less than a tenth of the sending have the same line.
func plainState(r client.Run) string {
	s := stepWords(r)
	if done, of := share(r.Progress); of > 0 && !r.Ended {
		tenth := done * 10 / of
		s += fmt.Sprintf(": %d %% of %s", tenth*10, count(of, "person", "people"))
	}
	if r.Error != nil && r.Error.Message != "" && !r.Ended {
		s += " (" + r.Error.Message + ")"
	}
	return s
}

// draw draws the line of a terminal: words, a bar and numbers.
func (p *progress) draw(r client.Run) {
	p.drawn = true
	words := stepWords(r)
	done, of := share(r.Progress)
	if of == 0 {
		_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s", words)
		return
	}
	tail := fmt.Sprintf(" %s of %s", num(done), count(of, "person", "people"))
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%-18s %s%s", words, bar(done, of, min(40, p.width-20-len(tail))), tail)
}

// bar draws a bar of so many characters; less than four are no bar.
func bar(done, of int64, width int) string {
	if width < 4 {
		return ""
	}
	full := int(float64(width) * float64(min(done, of)) / float64(of))
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// watch shows how a run gets on until it has ended or is held, and returns its last state.
func (inv *invocation) watch(c *client.Client, id string) (client.Run, error) {
	p := &progress{w: inv.Terminal.Out, terminal: inv.Terminal.OutIsTerminal, width: inv.Terminal.Width}
	if inv.globals.Output == "json" {
		p.w, p.terminal = inv.Terminal.Err, false
	}
	var last client.Run
	for r, err := range c.Watch(inv.ctx, id) {
		if err != nil {
			p.done()
			return last, err
		}
		p.show(r)
		last = r
		if r.Status == client.RunStatusHeld {
			break
		}
	}
	p.done()
	if last.ID == "" { // it had ended before, and nothing new came
		return client.Decode[client.Run](c.GetRun(inv.ctx, id))
	}
	return last, nil
}

// verdict turns how a run ended into the error that ends the program with its code.
func verdict(r client.Run) error {
	switch r.Status {
	case client.RunStatusHeld:
		return &runError{exitHeld}
	case client.RunStatusCanceled, client.RunStatusSkipped:
		return &runError{exitCanceled}
	case client.RunStatusFailedPermanent:
		return &runError{exitFailed}
	}
	return nil
}
