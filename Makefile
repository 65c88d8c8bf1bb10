# Everything a contributor runs. `make check` is what CI runs; nothing needs installing but Go.

ONCE = ^(TestCrash|TestVirtual)
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build test race fuzz lint bench demo soak check golden sdk-check

build:
	go build -o bin/sendoff .

# Crash tests and tests in virtual time run once, without the race detector (-race changes neither); all else runs with it. The tag lets a
# process die at named points and break its promises, to see that somebody notices. Pages are looked at in Chromium, where there is one.
test:
	go test -race -skip '$(ONCE)' ./...
	go test -tags failpoint -run '$(ONCE)' ./...
	go test -tags browser -run '^TestBrowser' ./internal/preview ./internal/resultpage

race:
	go test -race ./...

fuzz:
	sh .ci/fuzz 10s

lint:
	test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	go vet ./...
	go vet -tags failpoint,browser ./...
	go run $(STATICCHECK) -tags failpoint,browser ./...
	go mod tidy -diff
	GOOS=windows go build ./... && GOOS=windows go vet ./...
	GOOS=darwin go build ./... && GOOS=darwin go vet ./...

bench:
	sh .ci/bench

demo: build
	bin/sendoff run --sandbox samples/spring-sale

# The long proofs. Rates, for ten minutes of virtual time each; then, on a bad day of faults, SOAK_KILLS kills of a sender at random moments, and
# SOAK_CUTS power cuts under one. After each run the ledger, the report and the sandbox's own record must agree: nobody lost, nobody written to
# twice. SOAK_SEED repeats the faults of another time.
SOAK_KILLS ?= 10000
SOAK_CUTS ?= 10000
soak:
	SOAK_PACE=1 go test -count=1 -timeout 12h -v -run '^TestVirtual(Rates|UnknownLimitMoves)$$' ./internal/send
	SOAK_KILLS=$(SOAK_KILLS) SOAK_CUTS=$(SOAK_CUTS) go test -count=1 -timeout 12h -v -run '^TestCrash(Storm|PowerCut)$$' ./internal/cli

# The sandbox against the vendor's own SDK for Node: needs npm.
sdk-check:
	sh .ci/sdk-check/run

golden:
	go test ./campaign ./internal/audience ./internal/report ./internal/preview ./internal/proposal ./internal/cli -update

check: lint test
