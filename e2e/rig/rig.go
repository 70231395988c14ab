// Package rig starts Segue as its users do, the real binary as processes of their own, for end-to-end tests: build
// once, start a server and a sandbox, kill them, start them again, and look at what the sandbox holds. It knows the
// command line, the API's JSON and the sandbox's control API, and no package of Segue.
package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var build struct {
	once sync.Once
	path string
	err  error
}

// Binary builds the program once for a test run and returns its path. The binary has the fail-points of tests in it. Where
// SEGUE_E2E_BINARY names one that was built for all packages, it is that.
func Binary(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("SEGUE_E2E_BINARY"); path != "" {
		return path
	}
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "segue-e2e-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "segue")
		cmd := exec.Command("go", "build", "-tags", "failpoints", "-o", build.path, "segue/cmd/segue")
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("build segue: %w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

// Clean deletes the binary; a TestMain calls it at the end.
func Clean() {
	if build.path != "" {
		_ = os.RemoveAll(filepath.Dir(build.path))
	}
}

// Process is a running program.
type Process struct {
	cmd    *exec.Cmd
	ended  chan struct{}
	err    error
	mu     sync.Mutex
	output bytes.Buffer
	// URL is where it serves.
	URL string
}

// start runs the binary and waits for the line that names its address.
func start(t testing.TB, env []string, args ...string) *Process {
	t.Helper()
	p := &Process{ended: make(chan struct{})}
	p.cmd = exec.Command(Binary(t), args...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = writer{p}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			p.add(lines.Text() + "\n")
			if i := strings.Index(lines.Text(), "http://"); i >= 0 {
				select {
				case address <- strings.TrimRight(strings.Fields(lines.Text()[i:])[0], "/."):
				default:
				}
			}
		}
		_, _ = io.Copy(io.Discard, out)
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	select {
	case p.URL = <-address:
	case <-p.ended:
		if p.cmd.ProcessState == nil || !p.Killed() {
			t.Fatalf("segue %s ended at once: %v\n%s", strings.Join(args, " "), p.err, p.Output())
		}
	case <-time.After(60 * time.Second):
		p.Kill()
		t.Fatalf("segue %s does not listen\n%s", strings.Join(args, " "), p.Output())
	}
	t.Cleanup(p.Kill)
	return p
}

// Ends runs the binary, which has to end by itself within a minute, and returns its exit code and what it printed.
func Ends(t testing.TB, args ...string) (code int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, Binary(t), args...)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("segue %s does not end\n%s", strings.Join(args, " "), out)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

type writer struct{ p *Process }

// Write implements io.Writer.
func (w writer) Write(b []byte) (int, error) { w.p.add(string(b)); return len(b), nil }

func (p *Process) add(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.output.WriteString(s)
}

// Output returns what the program printed so far.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// Kill ends the program at once (kill -9) and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// Stop asks the program to end and returns its error.
func (p *Process) Stop(t testing.TB) error {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		p.Kill()
		t.Fatalf("segue did not stop within 30 s\n%s", p.Output())
	}
	return p.err
}

// Ended reports whether the program has ended by itself, waiting at most d.
func (p *Process) Ended(d time.Duration) bool {
	select {
	case <-p.ended:
		return true
	case <-time.After(d):
		return false
	}
}

// State is how the program ended, nil while it runs or after it ended well.
func (p *Process) State() error {
	if !p.Ended(0) {
		return nil
	}
	return p.err
}

// Killed reports whether the program ended by SIGKILL, as a fail-point does it.
func (p *Process) Killed() bool {
	var e *exec.ExitError
	return errors.As(p.err, &e) && e.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// ResetPeak begins to measure the most memory anew.
func (p *Process) ResetPeak(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.PID()), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// Peak is the most bytes that were resident since the start, or since ResetPeak.
func (p *Process) Peak(t testing.TB) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("the system does not say how much memory a process takes")
	return 0
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Sandbox is a running Brevo sandbox.
type Sandbox struct{ *Process }

// StartSandbox starts a sandbox with limits off.
func StartSandbox(t testing.TB, args ...string) *Sandbox {
	t.Helper()
	return &Sandbox{start(t, nil, append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...)...)}
}

// Server is a running Segue.
type Server struct {
	*Process
	Data  string
	token string
}

// StartServer starts a server on a data folder.
func StartServer(t testing.TB, data string, env []string, args ...string) *Server {
	t.Helper()
	s := &Server{Data: data}
	s.Process = start(t, env, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, args...)...)
	b, err := os.ReadFile(filepath.Join(data, "token"))
	if err != nil {
		t.Fatal(err)
	}
	s.token = strings.TrimSpace(string(b))
	return s
}

// Object is a JSON object.
type Object = map[string]any

// Call makes an API call and decodes the answer; the status is checked by the caller.
func (s *Server) Call(ctx context.Context, method, path string, body any) (int, Object, error) {
	return call(ctx, s.URL+path, method, "Bearer "+s.token, body)
}

// Must makes an API call that has to succeed within two minutes.
func (s *Server) Must(t testing.TB, method, path string, body any) Object {
	t.Helper()
	return s.MustWithin(t, 2*time.Minute, method, path, body)
}

// MustWithin makes an API call that has to succeed within the time given.
func (s *Server) MustWithin(t testing.TB, within time.Duration, method, path string, body any) Object {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	status, out, err := s.Call(ctx, method, path, body)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: HTTP %d %v %v\n%s", method, path, status, err, out, s.Output())
	}
	return out
}

// Control calls the sandbox's control API, which has to succeed.
func (s *Sandbox) Control(t testing.TB, method, path string, body any) Object {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	status, out, err := call(ctx, s.URL+"/_sandbox/"+path, method, "", body)
	if err != nil || status >= 300 {
		t.Fatalf("sandbox %s %s: HTTP %d %v %v", method, path, status, err, out)
	}
	return out
}

// Members returns the addresses on a list, in order.
func (s *Sandbox) Members(t testing.TB, list int64) []string {
	t.Helper()
	out := s.Control(t, http.MethodGet, fmt.Sprintf("members?list=%d", list), nil)
	items, _ := out["members"].([]any)
	members := make([]string, 0, len(items))
	for _, i := range items {
		members = append(members, i.(string))
	}
	return members
}

// Contact is a contact as the sandbox has it.
type Contact struct {
	ID               int64          `json:"id"`
	Email            string         `json:"email"`
	EmailBlacklisted bool           `json:"emailBlacklisted"`
	ListIDs          []int64        `json:"listIds"`
	Attributes       map[string]any `json:"attributes"`
}

// Contacts returns every contact of the sandbox's first account.
func (s *Sandbox) Contacts(t testing.TB) []Contact {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.URL+"/_sandbox/contacts", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var all []Contact
	for dec := json.NewDecoder(resp.Body); ; {
		var c Contact
		if err := dec.Decode(&c); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read the sandbox's contacts: %v", err)
		}
		all = append(all, c)
	}
}

func call(ctx context.Context, url, method, auth string, body any) (int, Object, error) {
	var rd io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		rd = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, rd)
	if err != nil {
		return 0, nil, err
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, nil, err
	}
	out := Object{}
	if len(bytes.TrimSpace(b)) > 0 {
		if err := json.Unmarshal(b, &out); err != nil {
			return resp.StatusCode, Object{"text": string(b)}, nil
		}
	}
	return resp.StatusCode, out, nil
}
