# SPDX-License-Identifier: MIT
# The front door. Meson does the building; tools/ and tests/ hold what the targets run.
#
#	make            build/habo                     make demo       from nothing to a report
#	make check      every test, cheap ones first   make setup      packages, users, device rights
#	make asan       the sanitizers' build          make fuzz       libFuzzer, SECONDS= a target
#	make bench      speed, beside peers            make tidy       clang-tidy, TARGET= a folder
#	make schema     rewrite what comes of model/   make format     clang-format
#	make install    DESTDIR= and PREFIX=           make clean

BUILD := build
PREFIX ?= /usr/local
SECONDS ?= 60
DEMO := demo-report

# Root builds as the owner of the sources, so that no file of root's is left among a user's.
OWNER := tools/as-owner
# Set-up and images need root; sudo asks an ordinary user for it when there is something to do.
ROOT := $(if $(filter 0,$(shell id -u)),,$(shell command -v sudo))
# Meson looks for folders and verbs when it configures, so a new one has to make it look again.
PARTS := $(wildcard meson.build src/*/meson.build tests/meson.build tests/*/*/meson.build \
	schema/meson.build bench/meson.build meson_options.txt src/cli/*.c)

.PHONY: all demo setup check asan fuzz bench install format tidy schema clean image
.DEFAULT_GOAL := all

all: $(BUILD)/build.ninja
	@$(OWNER) ninja -C $(BUILD)

$(BUILD)/build.ninja: $(PARTS)
	@command -v meson >/dev/null || { echo "meson is missing: run 'make setup'" >&2; exit 1; }
	@$(OWNER) tools/configure $(BUILD) --prefix $(PREFIX)

setup:
	@tools/setup-host --check >/dev/null || $(ROOT) tools/setup-host

image: all
	@$(ROOT) $(BUILD)/habo image build

demo: setup
	@$(MAKE) --no-print-directory image
	@$(OWNER) rm -rf $(DEMO)
	@$(OWNER) $(BUILD)/habo analyze $(BUILD)/tests/programs/demo -o $(DEMO)

check:
	@tools/check

asan:
	@$(OWNER) tools/configure $(BUILD)-asan -Db_sanitize=address,undefined -Dwerror=false
	@$(OWNER) ninja -C $(BUILD)-asan

fuzz:
	@CC=clang $(OWNER) tools/configure $(BUILD)-fuzz -Dfuzz=true -Dwerror=false \
		-Db_sanitize=address,undefined
	@$(OWNER) ninja -C $(BUILD)-fuzz fuzzers
	@$(OWNER) tools/fuzz $(BUILD)-fuzz $(SECONDS) $(TARGET)

bench: all
	@bench/run $(BUILD)

install: all
	@$(OWNER) tools/configure $(BUILD) --prefix $(PREFIX)
	@meson install -C $(BUILD) --no-rebuild
	@chown --reference=meson.build $(BUILD)/meson-logs/install-log.txt

format:
	@$(OWNER) tools/check-format --write

tidy: all
	@$(OWNER) tools/tidy $(BUILD) $(TARGET)

schema: all
	@$(OWNER) tools/update-schema $(BUILD)

clean:
	@rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz
