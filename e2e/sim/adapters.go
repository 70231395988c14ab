package sim

import (
	"context"
	"path/filepath"

	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/destination/brevo"
	warehouseduck "segue/internal/warehouse/duckdb"
)

// openWarehouse opens the warehouse of a simulation.
func openWarehouse(ctx context.Context, dir string) (*warehouseduck.Warehouse, error) {
	return warehouseduck.Open(ctx, warehouseduck.Config{
		Path: filepath.Join(dir, "warehouse.duckdb"), TempDir: filepath.Join(dir, "tmp"),
		AllowedDirs: []string{filepath.Join(dir, "files"), filepath.Join(dir, "uploads"), filepath.Join(dir, "handover")}, Threads: 1,
	})
}

// dialer leads to the sandbox; all clients share one budget, and waiting lets time pass.
func dialer(c *Clock, tier string) connection.Dialer {
	if tier == "" {
		tier = string(brevo.TierGeneral)
	}
	budgets, err := brevo.NewBudgets(brevo.BudgetConfig{Tier: brevo.Tier(tier), Clock: c.Now, Sleep: c.Sleep})
	return func(r connection.DialRequest) (destination.Destination, error) {
		if err != nil {
			return nil, err
		}
		budget, err := budgets.Of(r.Account)
		if err != nil {
			return nil, err
		}
		return brevo.New(brevo.Config{BaseURL: r.BaseURL, Key: r.Key, Budget: budget, Clock: c.Now})
	}
}
