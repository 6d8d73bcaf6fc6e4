# Two commands are all: `make graph` builds seeds/ into out/, `make test` proves that everything works.
# Each makes what it needs from a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APT := make python3-venv chromium nodejs

.PHONY: graph test format docs bench bench-accuracy bench-rdf bench-view clean

graph: $(VENV)/.runtime
	$(BIN)/kg build seeds -o out
	@echo "open out/graph.html in a browser; ask it with: $(BIN)/kg neighbors BERT"

test: $(VENV)/.dev
	$(BIN)/python -m pytest

format: $(VENV)/.dev
	$(BIN)/ruff format kg tests docs benchmarks
	$(BIN)/ruff check --fix kg tests docs benchmarks

docs: $(VENV)/.dev
	$(BIN)/python docs/reference.py
	$(BIN)/kg build seeds -o out --quiet
	$(BIN)/python docs/screenshot.py out docs/graph.png

$(VENV)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'kg needs Python 3.11 or newer with venv: apt-get install -y $(APT)'; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@for tool in chromium node; do command -v $$tool >/dev/null || \
	  echo "$$tool is missing, tests that need it are skipped: apt-get install -y $(APT)"; done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,serve]'
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@

bench: $(VENV)/.dev # identity: FACTS=facts.jsonl of `kg extract`
	$(BIN)/python benchmarks/resolve.py $(FACTS)

bench-accuracy: $(VENV)/.bench # beside other ways to find names: GOLD=dev.jsonl, default that of ../shared
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/accuracy.py $(GOLD)

bench-rdf: $(VENV)/.dev
	$(BIN)/python benchmarks/rdf.py

bench-view: $(VENV)/.dev
	$(BIN)/python benchmarks/view.py

clean:
	rm -rf $(VENV) out/* .mypy_cache .ruff_cache .pytest_cache .hypothesis
