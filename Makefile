# make demo   read the samples, judge and store them, serve them on http://127.0.0.1:8000
# make test   the whole suite that needs nothing outside this folder but a package index
# Needs Python 3.11 or newer with pip; everything is installed into .venv.

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8000
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo env test lint types unit test-ocr test-shared schemathesis bench docs format lock clean

demo: env
	$(BIN)/jixiao ingest data/samples --store .jixiao
	$(BIN)/jixiao serve --store .jixiao --port $(PORT)

env: $(READY)

# The stamp keeps a second call from installing again until the lock or the project file changes.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本。Python 3.11 or newer is needed." >&2; exit 2; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "无法建立 .venv；Debian 上请安装 python3-venv。Cannot make .venv; on Debian install python3-venv." >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

test: lint types unit

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: env
	$(BIN)/mypy

unit: env
	$(BIN)/pytest -n auto --dist loadgroup -m "not shared"

# Recognition of scanned pages alone; "unit" runs it too where the extra "ocr" is installed, as "dev" does.
test-ocr: env
	$(BIN)/pytest -m ocr

# Needs the whole published documents: the folder JIXIAO_SHARED, else ../shared.
test-shared: env
	$(BIN)/pytest -m shared

# The service against its own OpenAPI, with what nobody would think of sending. Ends within three minutes or so.
schemathesis: env
	$(BIN)/python -m tests.fuzz

bench: env
	$(BIN)/python -m tests.bench.pipeline
	$(BIN)/python -m tests.bench.questions
	$(BIN)/python -m tests.bench.ten
	$(BIN)/python -m tests.bench.readers
	$(BIN)/python -m tests.bench.dump
	$(BIN)/python -m tests.bench.templates
	$(BIN)/python -m tests.bench.service

docs: env
	$(BIN)/python -m docs.generate

format: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Newest versions that fit pyproject.toml, for every platform; names and versions only, from whatever index is set.
lock:
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	{ echo '# Written by "make lock" from pyproject.toml.'; \
		$(BIN)/uv pip compile pyproject.toml --extra dev --universal --upgrade --quiet \
			--no-header --no-annotate --no-emit-index-url --no-emit-find-links; } > requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
