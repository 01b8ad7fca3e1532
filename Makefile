# Tools are pinned here and built into bin/, so that go.mod stays the product's own.
GOLANGCI := v2.15.0
GOFUMPT  := v0.12.0
SQLC     := v1.31.1
BIN := $(CURDIR)/bin
export CGO_ENABLED := 0

.PHONY: help demo build test race fuzz lint fmt generate bench tools clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: ## a seeded café with a phone in the browser; nothing to set up
	go run ./cmd/fiel demo

build: ## the one binary
	go build -trimpath -ldflags '-s -w' -o fiel ./cmd/fiel

test: ## every test, on SQLite and PostgreSQL
	go test -timeout 45m ./...

race: ## the concurrent packages under the race detector
	CGO_ENABLED=1 go test -race -timeout 15m ./db/... ./sms/... ./pos/... ./rewards/...

FUZZTIME ?= 10s
fuzz: ## each fuzz target for FUZZTIME
	@for p in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$p/*_test.go | sed 's/func //'); do \
			echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p || exit 1; done; done

lint: $(BIN)/golangci-lint ## formatting, vet and the house rules
	$(BIN)/golangci-lint run ./...

fmt: $(BIN)/gofumpt ## format
	$(BIN)/gofumpt -w $$(git ls-files '*.go' | grep -v '\.sql\.go$$')

generate: $(BIN)/sqlc ## queries to Go; needed after a change to a .sql file
	$(BIN)/sqlc generate
	FIEL_WRITE_SUM=1 go test -count=1 -run TestGenerated ./db

bench: ## ratios on this machine
	go run ./cmd/fiel bench

tools: $(BIN)/golangci-lint $(BIN)/gofumpt $(BIN)/sqlc ## build the pinned tools

$(BIN)/golangci-lint: Makefile
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	@touch $@
$(BIN)/gofumpt: Makefile
	GOBIN=$(BIN) go install mvdan.cc/gofumpt@$(GOFUMPT)
	@touch $@
$(BIN)/sqlc: Makefile
	GOBIN=$(BIN) go install github.com/sqlc-dev/sqlc/cmd/sqlc@$(SQLC)
	@touch $@

clean: ## remove what was built
	rm -rf bin fiel
