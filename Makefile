# Everything a contributor runs. `make check` is what CI runs; nothing needs installing but Go.

# Scripts in which one command follows the other, nobody listens, and no answer is a fault.
SIMPLE = $(shell cd internal/cli/testdata/script && grep -LE '&$$|^receive |^sinch .*:' *.txtar | sed 's/\.txtar$$//' | paste -sd '|' -)
ONCE = ^(TestCrash|TestVirtual|TestLarge)|^TestScripts$$/^($(SIMPLE))$$
ONCE_IN = $(shell grep -rlE '^func Test(Crash|Virtual|Large)' --include='*_test.go' . | xargs -n1 dirname | sort -u)
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build test race fuzz lint bench demo soak check golden sdk-check

build:
	go build -o bin/sendoff .

# With -race a process sleeps for a second at its end, if nobody says otherwise; the tests start a thousand.
export GORACE ?= atexit_sleep_ms=10

# Crash tests, tests in virtual time, large files and simple scripts run once, without the race detector, which makes them several times as dear and has more
# to look at elsewhere; all else runs with it (make race: everything). The tag lets a process die at named points and break its promises, to see that somebody
# notices. Pages are looked at in Chromium, where there is one. Scripts wait for much of their time, so more run than there are cores. Vet runs in make lint.
test:
	go test -race -vet=off -timeout 20m -parallel 4 -skip '$(ONCE)' ./...
	go test -vet=off -timeout 20m -parallel 4 -tags failpoint -run '$(ONCE)' $(ONCE_IN)
	go test -vet=off -tags browser -run '^TestBrowser' ./internal/preview ./internal/resultpage

race:
	go test -race -timeout 60m ./...

fuzz:
	sh .ci/fuzz 10s

# Nobody runs what is made for other systems, so it need not be fast.
UNUSED = -gcflags='sendoff/...=-N -l'

# Without the tags, code is vetted as that of the other systems.
lint:
	test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	go vet -tags failpoint,browser ./...
	go run $(STATICCHECK) -tags failpoint,browser ./...
	go mod tidy -diff
	GOOS=windows go build $(UNUSED) ./... && GOOS=windows go vet $(UNUSED) ./...
	GOOS=darwin go build $(UNUSED) ./... && GOOS=darwin go vet $(UNUSED) ./...

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
