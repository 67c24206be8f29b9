.PHONY: help serve setup build test check bench

help:            ## what can be made here
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/: *## */\t/'
serve:           ## the page, on localhost (PORT=8080; ARGS="--host 0.0.0.0" for a classroom)
	@scripts/serve.sh $(ARGS)
setup:           ## install what building and testing need
	@scripts/setup.sh
build:           ## the WebAssembly, from source, into pkg/
	@scripts/build.sh --install
test:            ## everything: formats, lints, native tests, fresh wasm, browser
	@scripts/test.sh
check:           ## the quick part of the tests: formats, lints, types
	@scripts/check.sh
bench:           ## speed and size, into benches/results/ (ARGS="--quick"; scripts/bench.sh lists more)
	@scripts/bench.sh $(ARGS)
