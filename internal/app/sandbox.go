package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
)

// SandboxKey is the API key of the sandbox, unless its configuration names others. It is made up and opens nothing else.
const SandboxKey = brevosandbox.DefaultKey

// SandboxConfig says how the Brevo sandbox is served.
type SandboxConfig struct {
	// Listen is the address to listen on; it must be a loopback one. Defaults to 127.0.0.1:8381.
	Listen string
	// ConfigFile is a JSON file with a brevosandbox.Config. Defaults to none.
	ConfigFile string
	// FaultsFile is a JSON file with a list of brevosandbox.Fault, added to those of ConfigFile. Defaults to none.
	FaultsFile string
	// ProcessDelay is what each import takes besides the time of its rows; PerContact what each row adds.
	// Default to what ConfigFile says.
	ProcessDelay, PerContact time.Duration
	// Limits is the tier of the rate limits: off, general, advanced, extended. Defaults to what ConfigFile says.
	Limits string
	// Seed decides the random choices of faults.
	Seed uint64
	Log  *slog.Logger
	// Ready is called with the address once it listens. It may be nil.
	Ready func(address string)
}

// Sandbox serves the Brevo sandbox until ctx ends. Everything it knows is in memory.
func Sandbox(ctx context.Context, c SandboxConfig) error {
	cfg, err := sandboxConfig(c)
	if err != nil {
		return err
	}
	sb, err := brevosandbox.New(cfg)
	if err != nil {
		return activation.Errorf(activation.CodeInvalid, "the sandbox cannot be set up: %w", err)
	}
	l, err := listenLoopback(c.Listen, "127.0.0.1:8381")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: sb.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	if c.Ready != nil {
		c.Ready(l.Addr().String())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return sb.Run(ctx) })
	g.Go(func() error { return serveHTTP(ctx, srv, l) })
	return g.Wait()
}

func sandboxConfig(c SandboxConfig) (brevosandbox.Config, error) {
	var cfg brevosandbox.Config
	if err := readJSON(c.ConfigFile, &cfg); err != nil {
		return cfg, err
	}
	var faults []brevosandbox.Fault
	if err := readJSON(c.FaultsFile, &faults); err != nil {
		return cfg, err
	}
	cfg.Faults = append(cfg.Faults, faults...)
	cfg.Clock = time.Now
	if c.Seed != 0 {
		cfg.Seed = c.Seed
	}
	if c.ProcessDelay > 0 {
		cfg.Settings.ImportFixed = brevosandbox.Duration(c.ProcessDelay)
	}
	if c.PerContact > 0 {
		cfg.Settings.ImportPerContact = brevosandbox.Duration(c.PerContact)
	}
	if c.Limits != "" {
		cfg.Settings.Tier = c.Limits
	}
	return cfg, nil
}

// readJSON reads a file strictly; no path means nothing to read.
func readJSON(path string, into any) error {
	if path == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return &activation.Error{Code: activation.CodeInvalid, Message: fmt.Sprintf("the file %s cannot be read: %v", path, err), Err: err}
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return &activation.Error{Code: activation.CodeInvalid, Message: fmt.Sprintf("the file %s is not understood: %v", path, err), Err: err}
	}
	return nil
}

// listenLoopback listens on an address that must lead to this machine only.
func listenLoopback(address, fallback string) (net.Listener, error) {
	if address == "" {
		address = fallback
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "%q is not an address such as %s", address, fallback).WithField("listen")
	}
	if !activation.OnThisMachine(host) {
		return nil, activation.Errorf(activation.CodeInvalid, "%s is not a loopback address", host).WithField("listen").
			WithRemedy("Use 127.0.0.1: nobody else may reach it")
	}
	return listenAt(address)
}

// serveHTTP serves until ctx ends, then gives requests in hand a few seconds.
func serveHTTP(ctx context.Context, srv *http.Server, l net.Listener) error {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if srv.Shutdown(grace) != nil {
			_ = srv.Close()
		}
	}()
	err := srv.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		<-stopped
		return nil
	}
	return err
}
