# Every target is silent on success and shows detail on failure; VERBOSE=1 shows everything.
#
# Builds: .build (debug), .build-release (release), .build-tsan (thread sanitizer),
# .build-bench (peers to measure against).
# Fuzzing: a fuzz test reads MARTLET_FUZZ_CASES, the number of its cases; without it, it runs a
# fixed number from a fixed seed, as part of `make test`. Suites that fuzz have Fuzz in their name.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A thousand tests begun at once would each wait for all others, and time out for it.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8

SUITE ?=
CASES ?= 1000000
RELEASE := .build-release
quiet := scripts/quiet
release := swift build -c release --scratch-path $(RELEASE)
programs := martlet shop-user shop-order shop-payment
libraries := MartletCore MartletTransport MartletHTTP MartletRPC MartletResilience MartletIdentity \
	MartletGateway Martlet
engine := MartletCoreTests|MartletTransportTests|MartletHTTPTests
swift_files = $(shell find Package.swift Sources Tests Examples Benchmarks -name '*.swift' \
	-not -path '*/.build*' 2>/dev/null)

.PHONY: help setup run build test budgets tsan fuzz bench bench-setup generate format lint docs clean

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## Install what running and testing need
	@scripts/setup test

build:
	@scripts/setup run
	@$(MAKE) -s $(RELEASE)/programs

# To ask the package manager whether there is anything to do takes it seconds for each program.
$(RELEASE)/programs: $(shell find Package.swift Sources Examples/Shop/Sources)
	@$(quiet) "Building (the first time takes several minutes)" \
		bash -ec 'for program in $(programs); do $(release) --product $$program; done'
	@touch $@

run: build  ## Start the shop: gateway on :8080, console on :7070
	@exec $(RELEASE)/release/martlet up Examples/Shop/martlet.yaml

test: setup  ## Run every test, and the allocation budgets
	@$(quiet) "Building the tests" swift build --build-tests
	@$(quiet) "Checking generated code" scripts/generate --check
	@$(quiet) "Testing" swift test --skip-build --disable-xctest
	@$(quiet) "Testing the benchmark harness" python3 -m unittest discover -s Benchmarks/tests \
		-t Benchmarks
	@$(MAKE) budgets

budgets:  ## Check the allocation budgets in Benchmarks/Thresholds
	@$(quiet) "Building the allocation budgets" $(release) --product AllocationBudgets
	@$(quiet) "Counting allocations" $(RELEASE)/release/AllocationBudgets

tsan: setup  ## Run the engine's tests under the thread sanitizer
	@$(quiet) "Testing with the thread sanitizer" \
		env TSAN_OPTIONS="suppressions=$(CURDIR)/scripts/tsan-suppressions" \
		swift test --disable-xctest --sanitize=thread --scratch-path .build-tsan --filter '$(engine)'

fuzz: setup  ## Fuzz the parsers for longer: make fuzz CASES=1000000
	@$(quiet) "Fuzzing" env MARTLET_FUZZ_CASES=$(CASES) swift test --disable-xctest --filter Fuzz

bench-setup:  ## Install the peers to measure against
	@scripts/setup bench

bench: bench-setup  ## Measure against the peers: make bench SUITE=http
	@scripts/setup run
	@$(quiet) "Building the servers to measure (the first time takes several minutes)" \
		Benchmarks/build
	@Benchmarks/run $(SUITE)

generate: setup  ## Make what is generated of .proto files
	@scripts/generate

format:  ## Format every Swift file
	@swift format --in-place --parallel $(swift_files)

lint:  ## Check format, documentation comments and the tidy rules
	@scripts/setup run
	@$(quiet) "Linting" swift format lint --strict --parallel $(swift_files)
	@$(quiet) "Building the tests" swift build --build-tests \
		--explicit-target-dependency-import-check error
	@$(quiet) "Checking that the tree is tidy" swift test --skip-build --disable-xctest \
		--filter TidyTests

docs:  ## Build the documentation; its warnings are errors
	@scripts/setup run
	@for library in $(libraries); do \
		$(quiet) "Documenting $$library" swift package generate-documentation \
			--target $$library --warnings-as-errors; \
	done

clean:  ## Remove everything that was built or installed here
	@rm -rf .build .build-release .build-tsan .build-bench .venv
