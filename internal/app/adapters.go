package app

import (
	"context"
	"net/url"
	"time"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/destination/brevo"
	warehouseduck "segue/internal/warehouse/duckdb"
)

// dialers makes destinations, by type. Clients of one account share its rate budget and their connections.
func dialers(cfg Config, v Version) (map[activation.DestinationType]connection.Dialer, error) {
	limited, err := brevo.NewBudgets(brevo.BudgetConfig{Tier: limitedTier(cfg.BrevoTier), Clock: time.Now})
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "the tier %q is not known", cfg.BrevoTier).WithField("brevo-tier").
			WithRemedy("Use general, advanced or extended")
	}
	unlimited, err := brevo.NewBudgets(brevo.BudgetConfig{Tier: brevo.TierOff, Clock: time.Now})
	if err != nil {
		return nil, err
	}
	transport := brevo.NewTransport()
	return map[activation.DestinationType]connection.Dialer{
		activation.DestinationBrevo: func(r connection.DialRequest) (destination.Destination, error) {
			budgets := limited
			if brevo.Tier(cfg.BrevoTier) == brevo.TierOff && onThisMachine(r.BaseURL) {
				budgets = unlimited
			}
			budget, err := budgets.Of(r.Account)
			if err != nil {
				return nil, err
			}
			return brevo.New(brevo.Config{
				BaseURL: r.BaseURL, Key: r.Key, UserAgent: "Segue/" + v.Version, Budget: budget, Transport: transport, Clock: time.Now, Log: cfg.Log,
			})
		},
	}, nil
}

// limitedTier is the tier of what is not on this machine: never none.
func limitedTier(tier string) brevo.Tier {
	if brevo.Tier(tier) == brevo.TierOff {
		return brevo.TierGeneral
	}
	return brevo.Tier(tier)
}

// onThisMachine reports whether an address can only lead to this machine.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && activation.OnThisMachine(u.Hostname())
}

// openWarehouse opens the warehouse in the data folder.
func openWarehouse(ctx context.Context, cfg Config, f *folder) (*warehouseduck.Warehouse, error) {
	return warehouseduck.Open(ctx, warehouseduck.Config{
		Path: f.file(warehouseFile), TempDir: f.file(tempDir) + "/warehouse", AllowedDirs: append([]string{f.file(uploadDir), f.file(handOverDir)}, cfg.SourceDirs...),
		MemoryLimit: cfg.WarehouseMemory, Threads: cfg.Threads, Clock: time.Now, QueryTime: cfg.QueryTime, QueryRows: cfg.QueryRows,
	})
}
