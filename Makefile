# One door for people and CI.
.PHONY: score test check format docs bench

score:   ## install, and score the samples
	pip install '.[offline]' && svcscore score samples/ --out report/

test:    ## install, and run all tests
	pip install '.[test]' && pytest

check:   ## style, types, layers, docs
	ruff check . && ruff format --check . && mypy && lint-imports && python tools/make_docs.py --check

format:
	ruff check --fix . && ruff format .

docs:    ## write the generated pages of docs/
	python tools/make_docs.py

bench:   ## print the figures
	python benchmarks/pipeline.py samples/counter_two_visits.m4a
	python benchmarks/cer.py samples
	python benchmarks/dialogue.py
	python benchmarks/courtesy.py
	python benchmarks/intervals.py
	python benchmarks/tracking.py
	python benchmarks/truth.py
	svcscore score samples/ --out report/ --quiet && python benchmarks/rescore.py report/
	python benchmarks/store.py
