# Each target is one line; the work is in tools/dev.py, which runs without make alike: python3 tools/dev.py demo
.PHONY: help demo up check test bench bench-national bench-pages screens smoke

help:
	@python3 tools/dev.py help
demo:
	@python3 tools/dev.py demo
up:
	@python3 tools/dev.py up
check:
	@python3 tools/dev.py check
test:
	@python3 tools/dev.py test
bench:
	@python3 tools/dev.py bench
bench-national:
	@python3 tools/dev.py bench-national
bench-pages:
	@python3 tools/dev.py bench-pages
screens:
	@python3 tools/dev.py screens
smoke:
	@python3 tools/dev.py smoke
