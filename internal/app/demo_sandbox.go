package app

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
	"strings"
	"syscall"
	"time"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
)

// sandboxProcess is the sandbox as a program of its own, as Brevo is one.
type sandboxProcess struct {
	cmd   *exec.Cmd
	url   string // without a path
	ended chan error
}

// startSandbox starts the program as a sandbox: at its own address, or elsewhere where that is taken.
func (d *demo) startSandbox(ctx context.Context) (*sandboxProcess, error) {
	p, err := d.startSandboxAt(ctx, "127.0.0.1:8381")
	if err != nil && ctx.Err() == nil {
		return d.startSandboxAt(ctx, "127.0.0.1:0")
	}
	return p, err
}

// startSandboxAt starts the program as a sandbox and waits until it serves.
func (d *demo) startSandboxAt(ctx context.Context, listen string) (*sandboxProcess, error) {
	config := filepath.Join(d.dir, "sandbox.json")
	b, err := json.MarshalIndent(brevosandbox.Config{Accounts: []brevosandbox.Account{{
		OrganizationID: brevosandbox.DefaultOrganization, Company: "Adriatic Outfitters", Keys: []string{brevosandbox.DefaultKey},
	}}}, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(config, b, 0o600); err != nil {
		return nil, folderError(d.dir, err)
	}
	//nolint:gosec // The program is this one.
	cmd := exec.CommandContext(ctx, d.Program, "sandbox", "--listen", listen, "--config", config,
		"--limits", "general", "--process-delay", "1s", "--per-contact", "200us")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, activation.Errorf(activation.CodeUnavailable, "the sandbox cannot be started: %w", err)
	}
	p := &sandboxProcess{cmd: cmd, ended: make(chan error, 1)}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if i := strings.Index(lines.Text(), "http://"); i >= 0 && p.url == "" {
				p.url = strings.Fields(lines.Text()[i:])[0]
				address <- p.url
			}
		}
		p.ended <- cmd.Wait()
	}()
	select {
	case <-address:
		return p, nil
	case err := <-p.ended:
		return nil, activation.Errorf(activation.CodeUnavailable, "the sandbox ended at once (%v): %s", err, complaints.String())
	case <-time.After(20 * time.Second):
		return nil, errors.Join(activation.Errorf(activation.CodeUnavailable, "the sandbox does not answer"), cmd.Process.Kill())
	}
}

// wait returns once ctx has ended, or with an error when the sandbox ends before.
func (p *sandboxProcess) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.ended:
		p.ended <- err
		if ctx.Err() != nil {
			return nil
		}
		return activation.Errorf(activation.CodeUnavailable, "the sandbox ended: %v", err)
	}
}

// stop ends the program and waits until it is gone.
func (p *sandboxProcess) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.ended <- <-p.ended
}

// act lets something happen in the sandbox, as a person in Brevo's screens would do it.
func (p *sandboxProcess) act(ctx context.Context, a brevosandbox.Action) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return p.call(ctx, http.MethodPost, "actions", b, nil)
}

// members returns who is on a list.
func (p *sandboxProcess) members(ctx context.Context, list int64) ([]string, error) {
	var out struct{ Members []string }
	err := p.call(ctx, http.MethodGet, fmt.Sprintf("members?list=%d", list), nil, &out)
	return out.Members, err
}

func (p *sandboxProcess) call(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, p.url+"/_sandbox/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the sandbox: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("ask the sandbox: %w", err)
	}
	if resp.StatusCode >= 300 {
		return activation.Errorf(activation.CodeInternal, "the sandbox answered HTTP %d to %s", resp.StatusCode, path)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(b, into)
}
