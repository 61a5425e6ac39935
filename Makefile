# On a fresh Debian 12: `make run` serves the default model, `make test` runs all tests. Both install
# what is missing first. Everything else is plain CMake; see CMakePresets.json and CONTRIBUTING.md.

PRESET ?= release
BUILD = build/$(PRESET)
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
PORT ?= $(or $(PCAI_PORT),8080)

# A second checkout finds the compiler's cache of the first.
export CCACHE_BASEDIR = $(CURDIR)
export CCACHE_NOHASHDIR = true

.PHONY: help run build mistralrs dotnet test test-long test-clients test-models install check format layers tidy sanitize clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: build ## build, get the default model and serve it (PORT=8080)
	@tools/get_default_model >/dev/null
	@echo "http://127.0.0.1:$(PORT)/v1 (Ctrl+C stops it)"
	@exec $(BUILD)/bin/pcai serve --port $(PORT)

build: configured ## programs and library into build/release/bin/
	@cmake --build $(BUILD) -j $(JOBS) --target programs

mistralrs: configured ## the same with the backend mistral.rs (ten minutes the first time)
	@cmake --build $(BUILD) -j $(JOBS) --target programs mistralrs_bridge

dotnet: dependencies ## test and pack the .NET library into build/dotnet/ (needs a .NET SDK 10)
	@tools/dotnet/find >/dev/null
	@cmake --preset portable -Wno-dev
	@cmake --build build/portable -j $(JOBS) --target pcai_inference
	@tools/dotnet/build build/portable/bin/libpcai_inference.so

test: dependencies-test ## build and run all tests, less the long ones
	@cmake --preset $(PRESET) -Wno-dev -DPCAI_BUILD_TESTS=ON
	@cmake --build $(BUILD) -j $(JOBS)
	@tools/get_default_model >/dev/null
	@tools/run_tests $(BUILD)

test-long: dependencies-long ## the long tests that have changed, in parts (ONLY=asan)
	@JOBS=$(JOBS) tools/test_parts $(ONLY)

test-clients: dependencies-test ## one of the long tests: programs that people use (Claude Code, Codex …)
	@JOBS=$(JOBS) tools/test_parts clients

test-models: dependencies-test ## one of the long tests: real models of 0.1 to 1.5 B, which are judges
	@JOBS=$(JOBS) tools/test_parts models

check: layers dependencies-check ## format and layers, without a build
	@find src include tests bench -name '*.h' -o -name '*.c' -o -name '*.cpp' \
	  | xargs clang-format-14 --dry-run -Werror

install: build ## install library, headers and programs (PREFIX=/usr/local)
	@cmake --install $(BUILD) --prefix $(PREFIX)

layers: ## who includes whom
	@tools/check_layers

format: dependencies-check ## format all C and C++ files in place
	@find src include tests bench -name '*.h' -o -name '*.c' -o -name '*.cpp' \
	  | xargs clang-format-14 -i

tidy: dependencies-ci configured ## clang-tidy over src/ (slow)
	@run-clang-tidy -quiet -p $(BUILD) '/src/'

sanitize: dependencies-test ## two of the long tests: llama.cpp and the kernels under sanitizers
	@JOBS=$(JOBS) tools/test_parts asan-llamacpp tsan-llamacpp

clean: ## remove build/
	@rm -rf build

.PHONY: dependencies
dependencies:
	@tools/install_dependencies build

dependencies-%:
	@tools/install_dependencies build $*

.PHONY: dependencies-long
dependencies-long:
	@tools/install_dependencies build test ci

# Without tests, which only `make test` configures, so that nothing else needs GoogleTest. Ninja builds
# nothing anew for a change of this.
.PHONY: configured
configured: dependencies
	@grep -qs '^PCAI_BUILD_TESTS:BOOL=OFF' $(BUILD)/CMakeCache.txt && \
	  [ $(BUILD)/build.ninja -nt CMakePresets.json ] || \
	  cmake --preset $(PRESET) -Wno-dev -DPCAI_BUILD_TESTS=OFF
