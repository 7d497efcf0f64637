# make run     the playground, in your browser (ARGS="--port 8000 --no-open" is passed on)
# make test    everything: style, types, contracts, units, end to end in a browser, the wheel
# make check   the part of it that only reads: style, types, contracts, dead code
# make shots   pictures of the page at three sizes, in both themes and languages, in web/shots
# make bench   the figures of bench/results, measured on this machine
# make clean   remove what was built, installed and cached here
#
# What is needed: Python 3.11 or later and make. Node.js is taken from the machine or fetched from PyPI;
# the browser tests look for Chromium. Stamps in .make/ keep second runs quick.

PYTHON ?= python3
BIN := .venv/bin
NODE := .make/node
export PATH := $(CURDIR)/$(NODE):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PAGE := src/chainrule/hosts/page/index.html
LICENCES := src/chainrule/hosts/page/licences.txt
PAGE_SOURCES := $(shell find web/src web/public src/chainrule/text -type f ! -name '*.py*' 2>/dev/null) \
	web/index.html web/package.json web/tsconfig.json web/svelte.config.js web/vite.config.ts

.PHONY: run test check format page wheel test-web test-browser test-python shots bench clean
.NOTPARALLEL:

run: .make/venv $(PAGE)
	@$(BIN)/chainrule $(ARGS)

test: check test-web test-browser test-python

check: .make/venv .make/web
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	cd web && npm run --silent lint
	cd web && npm run --silent check && node_modules/.bin/tsc -p e2e

format: .make/venv .make/web
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd web && npm run --silent format

page: $(LICENCES)

test-web: .make/web
	cd web && npm test --silent

test-browser: .make/venv $(PAGE)
	chromium=$$($(BIN)/python scripts/find_browser.py chromium) && cd web \
		&& CHROMIUM="$$chromium" CHAINRULE="$(CURDIR)/$(BIN)/chainrule" node_modules/.bin/vitest run --config e2e/vitest.config.ts

test-python: .make/venv $(LICENCES)
	$(BIN)/python scripts/find_browser.py chromium >/dev/null
	$(BIN)/python scripts/find_browser.py firefox >/dev/null
	$(BIN)/pytest -q

wheel: .make/venv $(LICENCES)
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

shots: .make/venv $(PAGE)
	chromium=$$($(BIN)/python scripts/find_browser.py chromium) && cd web \
		&& CHROMIUM="$$chromium" CHAINRULE="$(CURDIR)/$(BIN)/chainrule" node_modules/.bin/vitest run --config e2e/shots.config.ts

bench: .make/bench $(PAGE)
	for each in steps layers values pool; do $(BIN)/python bench/$$each.py || exit 1; done
	chromium=$$($(BIN)/python scripts/find_browser.py chromium) && cd web \
		&& CHROMIUM="$$chromium" CHAINRULE="$(CURDIR)/$(BIN)/chainrule" node_modules/.bin/vitest run --config e2e/figures.config.ts

clean:
	rm -rf .make .venv .venv-* dist build web/node_modules web/shots src/chainrule/hosts/page
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} +

.make/venv: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chainrule needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ": name another with make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --editable '.[dev]'
	@mkdir -p .make && touch $@

.make/bench: .make/venv
	$(BIN)/python -m pip install -qq --editable '.[bench,peers]'
	@touch $@

$(NODE)/node: scripts/find_node.py .make/venv
	$(BIN)/python scripts/find_node.py $(NODE)

# Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, and what a mirror of the
# registry does not have cannot be locked. Versions come from the lock file all the same, and it is not written.
.make/web: web/package.json web/package-lock.json $(NODE)/node
	cd web && npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): .make/web $(PAGE_SOURCES)
	cd web && npm run --silent build
	@touch $@

$(LICENCES): scripts/collect_licences.py $(PAGE)
	$(BIN)/python scripts/collect_licences.py
