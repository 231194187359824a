# Two commands for a newcomer: `make demo` and `make test`. Nothing is needed but Python >= 3.11, git and make.
PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null || echo .venv/bin/uv)
RUN = .venv/bin/
STAMP = .venv/.synced
LOOK = .venv/.look
LOOPS = .venv/.loops

.PHONY: demo test check docs pictures look messages screenshots bench scale proof bundle clean

# `uv` comes from the path where there is one, else pip puts it into .venv, where the lock file keeps it.
$(STAMP): pyproject.toml uv.lock
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@command -v uv >/dev/null 2>&1 || test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(UV) sync --frozen --quiet --extra portal --compile-bytecode
	@$(RUN)python -m compileall -q src
	@touch $(STAMP)

# The loops for crowds as machine code, kept beside the source, so that the first large run does not wait for them.
$(LOOPS): $(STAMP) $(wildcard src/makegood/comparison/*.py) $(wildcard src/makegood/cases/*.py) $(wildcard src/makegood/measurement/*.py)
	@$(RUN)python -m makegood.measurement.prepare
	@$(RUN)python -m makegood.comparison.prepare
	@touch $(LOOPS)

# Styles, typeface and htmx by npm into ignored folders, the Dutch texts compiled. Without a network the pages look plain.
$(LOOK): $(STAMP) package-lock.json $(wildcard src/makegood_portal/web/locale/nl/*.po) $(wildcard src/makegood_portal/web/static/makegood/*.css) tools/front_end.py tools/messages.py
	@if $(RUN)python -m tools.front_end; then touch $(LOOK); fi

look: $(LOOK)

# The texts that stand in the code and not yet in Dutch.
messages: $(STAMP)
	@$(RUN)python -m tools.messages

demo: $(STAMP) $(LOOK)
	@$(RUN)makegood demo $(ARGS)

test: $(STAMP) $(LOOK) $(LOOPS)
	@$(RUN)python -m pytest -q -n 2 --dist loadgroup $(ARGS)

check: $(STAMP)
	@$(RUN)ruff check .
	@$(RUN)ruff format --check --quiet .
	@$(RUN)mypy
	@$(RUN)lint-imports

# The pages of docs/reference that are made from the code. A test says when they are out of date.
docs: $(STAMP)
	@$(RUN)python -m tools.reference

# The pictures of docs/pictures, from the statements that the engine writes.
pictures: $(STAMP)
	@$(RUN)python -m tools.pictures

# Every page for every role, both languages, phone and desk, into an ignored folder; what is wrong with them is said too.
screenshots: $(STAMP) $(LOOK)
	@mkdir -p screenshots
	@MAKEGOOD_PROOF=1 $(RUN)python -m pytest -q tests/browser $(ARGS)

bench: $(STAMP) $(LOOPS)
	@$(RUN)python -m benchmarks $(ARGS)

# What measuring costs from ten thousand to ten million persons, into docs/explanation/scale.md. Spark is fetched if it can be.
scale: $(STAMP) $(LOOPS)
	-@$(UV) sync --frozen --quiet --extra portal --extra spark
	@$(RUN)python -m benchmarks.scale_measure $(ARGS)

# Spark is fetched for it if it can be; else the proof says that it was absent.
proof: $(STAMP) $(LOOK) $(LOOPS)
	-@$(UV) sync --frozen --quiet --extra portal --extra spark
	@$(RUN)python -m benchmarks.proof $(ARGS)

# What a closed environment needs to run `makegood compare`: pinned wheels, checksums, INSTALL.txt. ARGS="--platform win_amd64".
bundle: $(STAMP)
	@$(RUN)python -m tools.bundle $(ARGS)

clean:
	rm -rf .venv build dist demo
