# Everything a developer does here; `make` alone lists it.
SHELL := bash

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

.PHONY: docs screenshots help build demo test simulate simulate-mutants lint fmt memory bench bench-pages release release-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/syncd
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/ ./cmd/syncd

demo: build ## a small company, an online directory and syncd between them (ONCE=1: two passes and out; USERS=n)
	bin/syncd demo $(if $(ONCE),--once) $(if $(USERS),--users $(USERS))

test: ## vet and test everything (as root on Debian it first installs the servers that the tests run against)
	@.ci/test

simulate: ## random histories of a company against the ten laws (SEEDS=n from 1 on; SEED=n one of them; HISTORY=file, TOLD=1 its story)
	CGO_ENABLED=0 go test -count=1 -timeout 10h -run TestSimulation ./internal/simulation $(if $(SEED),-seed $(SEED) -seeds 1,$(if $(SEEDS),-seeds $(SEEDS))) \
		$(if $(HISTORY),-history $(abspath $(HISTORY))) $(if $(TOLD),-told -v)

simulate-mutants: ## plant one bug after the other, and show after how many histories the simulation finds it (MUTANTS="a b")
	@.ci/mutants $(MUTANTS)

lint: ## look for mistakes with golangci-lint (the first time, building it takes some minutes)
	go run $(GOLANGCI_LINT) run
	go run $(GOLANGCI_LINT) run --build-tags memory,measure,$$(.ci/mutants --tags) --disable unused  # the planted bugs, which leave much unused

fmt: ## format the source with gofumpt
	go run $(GOLANGCI_LINT) fmt

memory: ## peak memory of syncd during a first pass over 100,000 people (USERS=n)
	go test -count=1 -tags memory -run TestMemory -timeout 60m ./cmd/syncd -v $(if $(USERS),-users $(USERS))

bench: ## syncd against ldapsearch and a load generator, and at three scales, into bench.json (SCALE=n; ROWS="read full ..."; PROFILE=folder)
	@.ci/servers bench
	CGO_ENABLED=0 go test -count=1 -v -tags measure -run TestMeasure -timeout 10h ./internal/bench $(if $(SCALE),-scale $(SCALE)) -rows "$(ROWS)" -report "$(CURDIR)/bench.json" \
		$(if $(PROFILE),-profile $(abspath $(PROFILE)))

bench-pages: ## how fast the lists and pages of the admin centre are over a million people (USERS=n; COMPANY=folder keeps them for the next time)
	go test -count=1 -run '^$$' -bench 'Lists|Pages' -benchtime 40x -timeout 60m ./internal/onlinedir -people $(or $(USERS),1000000) \
		$(if $(COMPANY),-company $(abspath $(COMPANY)))

docs: ## write what the manual has from the source: the keys of the configuration and the error messages
	go test -count=1 -run TestConfigurationDocs ./cmd/syncd -update
	go test -count=1 -run TestErrorsDocs ./internal/architecture -update

screenshots: ## a picture of every page, desktop and phone, and of a pass in the terminal, into docs/screenshots (it takes Chromium)
	@.ci/screenshots

release: ## archives, deb, rpm, MSI, SBOM and checksums into dist/ (VERSION=1.2.3; TARGETS="linux/amd64 windows/amd64")
	@$(if $(filter command line environment,$(origin VERSION)),VERSION=$(VERSION)) deploy/release

release-check: ## build a release twice, the second time in another folder, and compare every byte
	@.ci/release-check

clean: ## remove what the build made
	rm -rf bin dist
