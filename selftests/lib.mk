# SPDX-License-Identifier: GPL-2.0-only
# For the Makefile of a collection of tests, which has set before it includes this
#   TEST_GEN_PROGS  the programs that it builds into $(OUTPUT), and says how;
#                   on the command line: these of them
#   OUTPUT          where, if not build/COLLECTION at the top
# Targets as in the kernel's selftests: all, run_tests, install (to INSTALL_PATH), clean.
selftests := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
collection := $(notdir $(CURDIR))
OUTPUT ?= $(abspath $(selftests)../build/$(collection))
STRIP ?= $(CROSS_COMPILE)strip
override TEST_GEN_PROGS := $(addprefix $(OUTPUT)/,$(notdir $(TEST_GEN_PROGS)))

all: $(TEST_GEN_PROGS)

run_tests: all
	@$(selftests)kselftest/runner $(collection) settings $(TEST_GEN_PROGS)

install: all
	@test -n "$(INSTALL_PATH)" || { echo "install where? INSTALL_PATH= is not set" >&2; exit 1; }
	@mkdir -p $(INSTALL_PATH)
	@install -s --strip-program=$(STRIP) $(TEST_GEN_PROGS) $(INSTALL_PATH)
	@install -m 644 $(wildcard settings config) $(INSTALL_PATH)

# The lines of kselftest-list.txt.
emit_tests:
	@for p in $(notdir $(TEST_GEN_PROGS)); do echo $(collection):$$p; done

clean:
	rm -rf $(OUTPUT)

.DEFAULT_GOAL := all
.PHONY: all run_tests install emit_tests clean
