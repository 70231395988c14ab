package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

// maxInput is the most that is read of a file or standard input with a definition.
const maxInput = 64 << 20

// show prints v as JSON if that was asked for, else lets human print.
func (inv *invocation) show(v any, human func(w io.Writer) error) error {
	if inv.globals.Output == "json" {
		return writeJSON(inv.Terminal.Out, v)
	}
	return human(inv.Terminal.Out)
}

// say prints a line for people; with -o json nothing.
func (inv *invocation) say(format string, args ...any) {
	if inv.globals.Output != "json" {
		_, _ = fmt.Fprintln(inv.Terminal.Out, table.Clean(fmt.Sprintf(format, args...)))
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// listing is the JSON of a listing.
type listing[T any] struct {
	Items []T `json:"items"`
}

// list prints a listing: a table, or what there is to say when it is empty.
func list[T any](inv *invocation, items []T, empty string, columns []table.Column, row func(T) []string) error {
	if items == nil {
		items = []T{}
	}
	return inv.show(listing[T]{items}, func(w io.Writer) error {
		if len(items) == 0 {
			_, err := fmt.Fprintln(w, empty)
			return err
		}
		t := table.New(columns...)
		for _, i := range items {
			t.Add(row(i)...)
		}
		_, err := t.WriteTo(w)
		return err
	})
}

// when shows a time in the zone of the person; the zero time is empty.
func (inv *invocation) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(inv.Zone).Format("2006-01-02 15:04")
}

// num shows a number of things.
func num(n int64) string { return table.Grouped(n) }

// count names a number of things: 1 person, 2 people.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return num(n) + " " + many
}

// readInput reads a file, or standard input for "-".
func (inv *invocation) readInput(path string) ([]byte, error) {
	r := inv.Terminal.In
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, usagef("the file cannot be read: %v", err)
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	text, err := inv.unlessInterrupted(func() (string, error) {
		b, err := io.ReadAll(io.LimitReader(r, maxInput+1))
		return string(b), err
	})
	if inv.ctx.Err() != nil {
		return nil, inv.ctx.Err()
	}
	if err != nil {
		return nil, usagef("the input cannot be read: %v", err)
	}
	b := []byte(text)
	if len(b) > maxInput {
		return nil, usagef("the input has more than %d bytes", maxInput)
	}
	return b, nil
}

// readJSON reads JSON strictly from a file or standard input.
func (inv *invocation) readJSON(path string, into any) error {
	b, err := inv.readInput(path)
	if err != nil {
		return err
	}
	return decodeJSON(path, b, into)
}

// readShown reads a JSON file that may also be what a command printed of something that is there, with more fields than can be set. One
// that does not say which version it changes replaces the current one.
func (inv *invocation) readShown(path string, into any, version *int64, current func() (int64, error), more ...string) error {
	b, err := inv.readInput(path)
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields) == nil {
		for _, name := range more {
			delete(fields, name)
		}
		if b, err = json.Marshal(fields); err != nil {
			return err
		}
	}
	if err := decodeJSON(path, b, into); err != nil {
		return err
	}
	if _, stated := fields["version"]; stated {
		return nil
	}
	if *version, err = current(); client.CodeOf(err) == "not_found" {
		return nil
	}
	return err
}

func decodeJSON(path string, b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return usagef("%s is not understood: %s", path, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// confirm asks for a yes, unless it was given already.
func (inv *invocation) confirm(given bool, question, flag string) error {
	if given {
		return nil
	}
	if !inv.Terminal.InIsTerminal {
		return usagef("%s", question).withRemedy("Say yes with " + flag)
	}
	_, _ = fmt.Fprintf(inv.Terminal.Err, "%s [y/N] ", question)
	line, err := inv.unlessInterrupted(func() (string, error) { return readLine(inv.Terminal.In), nil })
	if err != nil {
		return err
	}
	if l := strings.ToLower(strings.TrimSpace(line)); l != "y" && l != "yes" {
		return usagef("nothing was done")
	}
	return nil
}

// readLine reads up to the end of a line, a byte at a time so that nothing behind it is lost.
func readLine(r io.Reader) string {
	var b []byte
	one := make([]byte, 1)
	for len(b) < 4096 {
		n, err := r.Read(one)
		if n > 0 && one[0] == '\n' {
			break
		}
		b = append(b, one[:n]...)
		if err != nil {
			break
		}
	}
	return string(b)
}

// unlessInterrupted reads what a person types, or ends when the program is to end: reading itself cannot be interrupted.
func (inv *invocation) unlessInterrupted(read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := read()
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		return a.text, a.err
	case <-inv.ctx.Done():
		return "", inv.ctx.Err()
	}
}

// save writes what is downloaded to a new file, or to standard output where none is named. The file is for nobody else to read: it can
// hold people's addresses.
func (inv *invocation) save(path string, resp *http.Response, err error) error {
	if path == "" {
		return client.Copy(inv.Terminal.Out, resp, err)
	}
	if err != nil || resp.StatusCode >= 300 {
		return client.Copy(io.Discard, resp, err)
	}
	defer func() { _ = resp.Body.Close() }()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return usagef("the file cannot be written: %v", err)
	}
	err = client.Copy(f, resp, nil)
	if cerr := f.Close(); err == nil && cerr != nil {
		err = usagef("the file cannot be written: %v", cerr)
	}
	if err != nil {
		_ = os.Remove(path) // half a file must not look like a whole one
		return err
	}
	inv.say("Written to %s.", path)
	return nil
}
