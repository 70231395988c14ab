// Package export owns exports and their runs: plan, check, send, settle, receipt, and what happens when any of it
// fails or stops half-way. SEMANTICS.md is its law. It knows no HTTP, no SQL and no Brevo: it drives the ports
// warehouse, ledger and destination.
//
// A run is worked by short idempotent steps (Step). Where it stands is in the ledger; the run row in the store is a
// projection of that. In memory there is nothing that a restart could miss: turns, look schedules and proofs are made
// anew.
package export

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// connections is what the service needs of connections.
type connections interface {
	Open(ctx context.Context, id activation.ConnectionID) (destination.Destination, activation.Connection, error)
}

// Config is what a Service needs. Store, Warehouse, Ledger, Connections, Clock, IDs, Log and HandOverDir are required.
type Config struct {
	Store       store.Store
	Warehouse   warehouse.Warehouse
	Ledger      ledger.Ledger
	Connections connections
	Clock       func() time.Time
	IDs         func() string
	Log         *slog.Logger
	// HandOverDir is a folder (0700) for the files that a run's members travel in (S35).
	HandOverDir string
	// Brake is the mass-change brake. Defaults to those of ledger.Brake.
	Brake ledger.Brake
	// MirrorAge is how old the account mirror may be when a run plans. Defaults to 24 h (S2).
	MirrorAge time.Duration
	// LookGap is how far apart two looks must be that show no process after an unknown outcome. Defaults to 1 minute (S30).
	LookGap time.Duration
	// FirstLook is the least time before the first look at a process, and MaxLookStep the longest step between looks.
	// Default to 2 s and 60 s (S34).
	FirstLook, MaxLookStep time.Duration
	// LooksPerHour is the most looks at processes of one account in an hour. Defaults to 80 (S34).
	LooksPerHour int
	// ProofContacts is how many contacts a proof reads back, ProofTime for how long it tries. Default to 5 and 10 minutes (S13).
	ProofContacts int
	ProofTime     time.Duration
	// ProbeReads is how many contacts are read at most to find some on whom clearing can be proved. Defaults to 60 (S16).
	ProbeReads int
	// MaxImports is how many imports a batch may take when processes fail. Defaults to 40 (S17).
	MaxImports int
	// GiveUpAfter is how long an import may take before people are told and may give it up. Defaults to 6 h (S17).
	GiveUpAfter time.Duration
	// MaxBackOff is the longest wait between tries. Defaults to 5 minutes (S28).
	MaxBackOff time.Duration
	// StepTime is how long one step works before it lets other jobs have a turn. Defaults to 20 s.
	StepTime time.Duration
	// FailPoint is called at numbered moments of a step by tests that kill the program there; nil otherwise.
	FailPoint func(name string)
}

// Service owns exports and runs. It is safe for concurrent use.
type Service struct {
	cfg     Config
	turns   *turns
	looks   *looks
	proof   *proofs
	calls   *calls
	watches *watches
}

// New checks the configuration and fills in its defaults.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Warehouse == nil || cfg.Ledger == nil || cfg.Connections == nil || cfg.Clock == nil ||
		cfg.IDs == nil || cfg.Log == nil || cfg.HandOverDir == "" {
		return nil, fmt.Errorf("export: the configuration is incomplete")
	}
	setDefault(&cfg.Brake.RemoveShare, 0.3)
	setDefault(&cfg.Brake.RemoveAtLeast, 50)
	setDefault(&cfg.Brake.GrowFactor, 3)
	setDefault(&cfg.Brake.GrowAtLeast, 1000)
	setDefault(&cfg.Brake.UpdateShare, 0.5)
	setDefault(&cfg.Brake.UpdateAtLeast, 1000)
	setDefault(&cfg.MirrorAge, 24*time.Hour)
	setDefault(&cfg.LookGap, time.Minute)
	setDefault(&cfg.FirstLook, 2*time.Second)
	setDefault(&cfg.MaxLookStep, time.Minute)
	setDefault(&cfg.LooksPerHour, 80)
	setDefault(&cfg.ProofContacts, 5)
	setDefault(&cfg.ProofTime, 10*time.Minute)
	setDefault(&cfg.ProbeReads, 60)
	setDefault(&cfg.MaxImports, 40)
	setDefault(&cfg.GiveUpAfter, 6*time.Hour)
	setDefault(&cfg.MaxBackOff, 5*time.Minute)
	setDefault(&cfg.StepTime, 20*time.Second)
	if cfg.FailPoint == nil {
		cfg.FailPoint = func(string) {}
	}
	return &Service{cfg: cfg, turns: newTurns(), looks: newLooks(cfg), proof: newProofs(), calls: newCalls(), watches: newWatches()}, nil
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}
