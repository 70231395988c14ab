# Segue. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# DuckDB is linked in with cgo.
export CGO_ENABLED := 1

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
LDFLAGS := -X main.version=$(VERSION) -X main.commit=$(COMMIT)

# Tools of the developers, built from source into the project's own folder. `make test` and `make demo` need none of them.
GOLANGCI_LINT := .cache/bin/golangci-lint-v2.15.0

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## build bin/segue, the web application in it
	@scripts/require go gcc g++ node npm
	@scripts/webapp
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/segue ./cmd/segue

.PHONY: demo
demo: build ## show the whole way on made-up customers and a Brevo sandbox (DEMO_EXIT=1 ends instead of serving on)
	@bin/segue demo

.PHONY: test
test: ## run every test; this is what CI runs
	@scripts/test

.PHONY: pictures
pictures: ## write the pictures of docs/screens.md anew, from the demo in a browser
	@scripts/require
	SEGUE_PICTURES='$(CURDIR)/docs/pictures' go test -count=1 -run TestTheWebApplicationInABrowser ./e2e/ui

.PHONY: check
check: ## before a commit: format, vet, lint, verify, then every test
	@scripts/check $(GOLANGCI_LINT)

.PHONY: lint
lint: $(GOLANGCI_LINT) ## run the linters of .golangci.yml
	$(GOLANGCI_LINT) run ./...

.PHONY: verify
verify: ## regenerate everything that is generated and fail where it differs
	@scripts/verify

.PHONY: bench
bench: ## run the benchmarks
	@scripts/require go gcc g++
	go test -run '^$$' -bench . -benchmem -timeout 180m $$(scripts/packages with-benchmarks)

.PHONY: chaos
chaos: ## kill the server at every fail-point and at random moments, 500 runs; SEGUE_CHAOS_RUNS changes how many
	@scripts/require go gcc g++
	SEGUE_CHAOS_RUNS=$${SEGUE_CHAOS_RUNS:-500} go test -count=1 -timeout 60m -v ./e2e/crash/...

.PHONY: clean
clean: ## delete what was built here; data folders stay
	rm -rf bin .cache e2e/sdk/node_modules e2e/ui/node_modules web/app/node_modules
	find web/dist -mindepth 1 -not -name .keep -delete

.cache/bin/golangci-lint-%:
	@scripts/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint $*
