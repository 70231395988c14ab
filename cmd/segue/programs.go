package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"segue/cmd/segue/internal/cli"
	"segue/internal/app"
)

// programs connects the commands that serve with package app.
func programs() cli.Programs {
	return cli.Programs{Sandbox: sandbox, Serve: serve, Demo: demo}
}

func serve(ctx context.Context, o cli.ServeOptions) error {
	defer profile(os.Getenv)()
	return app.Serve(ctx, serveConfig(o, os.Stdout, os.Stderr), app.Version{Version: version, Commit: commit})
}

func demo(ctx context.Context, o cli.DemoOptions) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	return app.Demo(ctx, app.DemoConfig{
		Dir: o.Dir, Customers: o.Customers, Seed: o.Seed, Exit: o.Exit, Program: program, Command: o.Command, Out: os.Stdout,
		Version: app.Version{Version: version, Commit: commit},
	})
}

func sandbox(ctx context.Context, o cli.SandboxOptions) error {
	return app.Sandbox(ctx, sandboxConfig(o, os.Stdout, os.Stderr))
}

func sandboxConfig(o cli.SandboxOptions, out, logs io.Writer) app.SandboxConfig {
	return app.SandboxConfig{
		Listen: o.Listen, ConfigFile: o.Config, FaultsFile: o.Faults, ProcessDelay: o.ProcessDelay, PerContact: o.PerContact,
		Limits: o.Limits, Seed: o.Seed, Log: logger(logs, cli.LogOptions{LogFormat: "text", LogLevel: "warn"}),
		Ready: func(address string) {
			_, _ = fmt.Fprintf(out, "The Brevo sandbox serves at http://%s (its API below /v3). Ctrl-C ends it.\n", address)
			key := "'a key of " + o.Config + "'"
			if o.Config == "" {
				key = app.SandboxKey
			}
			_, _ = fmt.Fprintf(out, "To connect to it, in another terminal:\n  SEGUE_API_KEY=%s segue connection add Brevo --url http://%s/v3\n", key, address)
		},
	}
}

// serveConfig is a server as the command line describes it.
func serveConfig(o cli.ServeOptions, out, logs io.Writer) app.Config {
	return app.Config{
		DataDir: o.Data, Listen: o.Listen, TLSCert: o.TLSCert, TLSKey: o.TLSKey, Hosts: o.Host, TrustedProxies: o.TrustedProxy, SourceDirs: o.SourceDir, SSO: app.SSOConfig{
			Issuer: o.SSOIssuer, ClientID: o.SSOClientID, ClientSecret: os.Getenv("SEGUE_SSO_CLIENT_SECRET"), ClientSecretFile: o.SSOClientSecretFile,
			Roles: o.SSORole, GroupsClaim: o.SSOGroupsClaim, Scopes: o.SSOScope, Name: o.SSOName, Contact: o.SSOContact,
		},
		WarehouseMemory: o.WarehouseMemory, LedgerMemory: o.LedgerMemory, QueryTime: o.QueryTime, QueryRows: o.QueryRows,
		BrevoURL: o.BrevoURL, BrevoTier: o.BrevoTier, Log: logger(logs, o.LogOptions),
		MirrorAge: o.MirrorAge, FirstLook: o.FirstLook, LooksPerHour: o.LooksPerHour, LookGap: o.LookGap, ProofTime: o.ProofTime, GiveUpAfter: o.GiveUpAfter, Restored: o.Restored, KeepRuns: o.KeepRuns, WebhookPrivate: o.WebhookPrivate,
		FailPoint: failPoint(os.Getenv, os.Stderr),
		Ready: func(r app.Running) {
			_, _ = fmt.Fprintf(out, "Segue serves at %s with the data in %s. Ctrl-C ends it.\n", r.URL, r.Data)
			if r.SetUp != "" {
				_, _ = fmt.Fprintf(out, "There is no administrator yet. Whoever opens this link first becomes it:\n  %s\n", r.SetUp)
			}
		},
	}
}

// logger writes the log of a program that serves.
func logger(w io.Writer, o cli.LogOptions) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if o.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
