# Everything a person needs: `make up` runs Vez, `make test` tests it. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
T ?=
WORKERS ?= 2
BUILDER ?= docker
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup up test test-heavy test-changed check format bench chaos lock reference image screenshots clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready .venv/.assets ## Install everything into .venv and build the assets

up: setup ## Run all of Vez on this machine, with its demo (Ctrl-C stops it)
	@$(BIN)/vez up $(ARGS)

test: .venv/.dev .venv/.assets ## Run every check and test; T=path runs one file
	@$(BIN)/python -m tests.run $(T)

test-heavy: .venv/.heavy .venv/.assets ## The full form of the heavy tests: whole replays, kills, images
	@$(BIN)/python -m tests.run --heavy $(T)

test-changed: .venv/.dev .venv/.assets ## The long checks whose inputs changed: the image, flows over RabbitMQ 4
	@$(BIN)/python -m tests.run --changed

check: .venv/.dev ## Lint, types, who imports whom, lock files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.house.locks

format: .venv/.dev ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.dev .venv/.assets ## Measure: create, list, read, submit to holder, replay
	@$(BIN)/vez bench run $(ARGS)

chaos: setup ## Kill and break things while people work, and judge what is left (ARGS=--list)
	@$(BIN)/vez chaos $(ARGS)

screenshots: .venv/.dev .venv/.assets ## Make the pictures of the guides from a running system
	@$(BIN)/python -m tests.browser.screenshots

lock: .venv/.dev ## Make the lock files anew from pyproject.toml
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra embedded pyproject.toml -o requirements/vez.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra embedded --group dev pyproject.toml -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header -c requirements/dev.txt --group heavy -o requirements/heavy.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal -c requirements/vez.txt pyproject.toml -o requirements/service.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal -c requirements/vez.txt requirements/build.in -o requirements/build.txt

reference: .venv/.dev .venv/.assets ## Make docs/reference anew from the code
	@$(BIN)/python -m vez.reference docs/reference

image: ## Build the container image vez (BUILDER=docker, podman or buildah)
	@$(BUILDER) build --tag vez --file deploy/Dockerfile $(ARGS) .

clean: ## Remove what was installed and built (data folders stay)
	rm -rf .venv node_modules services/portal/assets/build

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit("Vez needs Python 3.11 or newer; this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.ready: requirements/vez.txt pyproject.toml | .venv/.made
	@echo "Installing (a minute the first time) …"
	@$(BIN)/pip install -q --require-hashes -r requirements/vez.txt
	@$(BIN)/pip install -q --no-deps -e .
	@$(BIN)/python -m compileall -q vez shared services
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.ready
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.heavy: requirements/heavy.txt .venv/.dev
	@$(BIN)/pip install -q --require-hashes -r requirements/heavy.txt
	@touch $@

.venv/.assets: package.json package-lock.json $(shell find services/portal/assets services/portal/translations -type f -not -path '*/build/*' -not -name '*.mo' 2>/dev/null) .venv/.ready
	@$(BIN)/python -m services.portal.assets.build
	@touch $@
