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

.PHONY: help run build test install check format layers tidy sanitize clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: build ## build, get the default model and serve it (PORT=8080)
	@tools/get_default_model >/dev/null
	@echo "http://127.0.0.1:$(PORT)/v1 (Ctrl+C stops it)"
	@exec $(BUILD)/bin/pcai serve --port $(PORT)

build: dependencies $(BUILD)/build.ninja ## programs and library into build/release/bin/
	@cmake --build $(BUILD) -j $(JOBS) --target programs

test: dependencies-test ## build and run all tests, less the long ones
	@cmake --preset $(PRESET) -Wno-dev -DPCAI_BUILD_TESTS=ON
	@cmake --build $(BUILD) -j $(JOBS) --target all mistralrs_bridge
	@tools/get_default_model >/dev/null
	@tools/run_tests $(BUILD)

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

tidy: dependencies-ci $(BUILD)/build.ninja ## clang-tidy over src/ (slow)
	@run-clang-tidy -quiet -p $(BUILD) '/src/'

sanitize: dependencies-test ## hostile files and kernels, llama.cpp under sanitizers, too (slow)
	@tools/get_default_model >/dev/null
	@for preset in asan-llamacpp tsan-llamacpp; do \
	  cmake --preset $$preset -Wno-dev && \
	  cmake --build build/$$preset -j $(JOBS) --target llamacpp_test || exit 1; done
	@UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASAN_OPTIONS=quarantine_size_mb=16 \
	  LSAN_OPTIONS=suppressions=$(CURDIR)/tests/leaks.supp:print_suppressions=0 \
	  VK_DRIVER_FILES=/dev/null build/asan-llamacpp/bin/llamacpp_test \
	  --gtest_filter='HostileFile*:KernelsSelfTest*:KernelThreads*:KernelsInUse*'
	@TSAN_OPTIONS=suppressions=$(CURDIR)/tests/races.supp:print_suppressions=0 \
	  VK_DRIVER_FILES=/dev/null build/tsan-llamacpp/bin/llamacpp_test \
	  --gtest_filter='KernelThreads*:KernelsInUse*-*Fifty*'

clean: ## remove build/
	@rm -rf build

.PHONY: dependencies
dependencies:
	@tools/install_dependencies build

dependencies-%:
	@tools/install_dependencies build $*

# Only `make test` configures the tests, so that nothing else needs GoogleTest. They stay configured
# then: to drop them would delete what Ninja built for them.
$(BUILD)/build.ninja: CMakePresets.json | dependencies
	@cmake --preset $(PRESET) -Wno-dev $(if $(wildcard $@),,-DPCAI_BUILD_TESTS=OFF)
	@touch $@
