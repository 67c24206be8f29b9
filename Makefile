.PHONY: help serve setup build check test test-all bench

help:            ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/: *## */\t/'
serve:           ## serve the page on localhost (PORT=8080; ARGS="--host 0.0.0.0" for a classroom)
	@node scripts/serve.mjs $(ARGS)
setup:           ## install what building and testing need (make test installs what it needs by itself)
	@scripts/setup.sh
build:           ## build the WebAssembly from source into pkg/
	@scripts/build.sh --install
check:           ## the quick part of the tests: formats, lints, types
	@scripts/check.sh
test:            ## what each change must pass: checks, native tests, the page in Chromium
	@scripts/test.sh
test-all:        ## everything that exists: more browsers, builds from source, training recipes
	@scripts/test.sh --all
bench:           ## measure speed and size into benches/results/ (ARGS="--quick"; scripts/bench.sh lists more)
	@scripts/bench.sh $(ARGS)
