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
	return cli.Programs{Sandbox: sandbox}
}

func sandbox(ctx context.Context, o cli.SandboxOptions) error {
	return app.Sandbox(ctx, app.SandboxConfig{
		Listen: o.Listen, ConfigFile: o.Config, FaultsFile: o.Faults, ProcessDelay: o.ProcessDelay, PerContact: o.PerContact,
		Limits: o.Limits, Seed: o.Seed, Log: logger(os.Stderr, cli.LogOptions{LogFormat: "text", LogLevel: "warn"}),
		Ready: func(address string) {
			fmt.Printf("The Brevo sandbox serves at http://%s (its API below /v3). Ctrl-C ends it.\n", address)
		},
	})
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
