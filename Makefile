# SPDX-License-Identifier: GPL-2.0-only
# Builds keel.ko and runs its checks. What the module is made of is in Kbuild.
#
#   make            the module for the running kernel (arm64), or for the
#                   test bed's stock kernel (x86-64)
#   make shell      a shell on an emulated arm64 host with keel loaded
#   make htmldocs   Documentation/ as build/htmldocs
#   make demo       a guest of keel, from nothing to its user space; VFIO=1: with a device of the
# host's;
#                   FORK=1: forked ten times while it is busy; NESTED=1: with a guest of its own, by
#                   its kernel's KVM or (L1=keel) by keel
#   make install    the module, the keel command, man pages; also: uninstall
#   make install-vmm    the reference VMM, also: uninstall-vmm
#   make deb        Debian packages, in build/deb
#   make check      every check
#   make lint unit selftests          parts of it
#   make litmus     the orderings the code relies on, against Arm's memory model
#   make prove      properties of the pure parts, for every value
#   make probes     what was found in the kernel's headers
#   make soak       what takes too long for that: other kernels, long guests, all judges
#   make fuzz       random calls and random guests on the debug kernels; TIME=10m: for so long
#   make mutants    the module broken in places, and who notices; N=20, SEED=1, GATES=, FILES=
#   make matrix     the module for every stock kernel there is, and hosts of some; ONLY='7.3
# 7.3-rt': these
#   make bench      what keel and in-tree KVM execute, side by side; PEER='xen kvm-7.3': and these
#   make judges     rules of the architecture that emulation does not enforce
#   make install-selftests            the test programs and run_kselftest.sh, to
# $DESTDIR$INSTALL_PATH
#   make selftests-tar                the same as a tarball, to carry to an arm64 machine
#
# KDIR=     build against this kernel
# KERNEL=   the test bed's kernel: 6.12 (default), 6.1, 6.12-16k, 6.12-trixie, 6.12-rt,
#           7.3, 7.3-16k, asan, lock, ...: Documentation/kernels.rst, testing.rst
# DESTDIR= PREFIX= INSTALL_MOD_PATH=    where make install puts things: packaging/install.mk
# MODE=     nvhe: the emulated host of demo and shell runs at EL1
# FORMAT=   of make bench: table (default), json, plot, growth, growth-plot
# PEER=     of make bench: xen (Debian's), kvm-KERNEL (the in-tree one of another kernel)
# GROWTH=1  make bench: how cost grows with vCPUs, slots, VMs and pending LPIs
# INSTALL_PATH=  where selftests are installed (/usr/lib/keel/kselftest)
# HV=       what provides /dev/kvm: keel (default) or kvm, the in-tree one
# W= C=     the kernel's own switches for warnings and sparse

MAKEFLAGS += --no-print-directory
KERNEL ?= 6.12
HV ?= keel
KEEL_CACHE ?= $(HOME)/.cache/keel
TESTBED := tools/testbed
export KEEL_CACHE HV KERNEL MODE

ifeq ($(shell uname -m),aarch64)
  KDIR ?= /lib/modules/$(shell uname -r)/build
  NAME := native
else
  export ARCH := arm64
  export CROSS_COMPILE ?= aarch64-linux-gnu-
  ifdef KDIR
    NAME := kdir
  else
    NAME := $(KERNEL)
    KDIR := $(KEEL_CACHE)/kernel/$(KERNEL)/build
    need-kernel := kernel
  endif
endif

all: keel.ko

# The module at the top is the one built last; the test bed takes the one of
# the kernel it boots.
keel.ko: module
	@cp -u build/$(NAME)/keel.ko $@

module: $(need-kernel)
	@tools/build/module $(NAME) $(KDIR) $(if $(W),W=$(W)) $(if $(C),C=$(C))

probes: module
	@tools/build/probes $(NAME) $(KDIR)

kernel:
	@$(TESTBED)/kernel $(KERNEL)

# What was built is installed, as root or into DESTDIR.
steps := module config command
install: module
	@$(MAKE) -f packaging/install.mk NAME=$(NAME) KDIR=$(KDIR) $(steps:%=install-%)

uninstall:
	@$(MAKE) -f packaging/install.mk NAME=$(NAME) KDIR=$(KDIR) $(steps:%=uninstall-%)

vmm:
	@$(MAKE) -C tools/vmm OUT=$(CURDIR)/build/vmm

install-vmm: vmm
	@$(MAKE) -f packaging/install.mk $@

uninstall-vmm:
	@$(MAKE) -f packaging/install.mk $@

deb:
	@packaging/build-deb

lint:
	@selftests/run/check lint

unit:
	@$(MAKE) -C selftests/unit OUTPUT=$(CURDIR)/build/unit check

litmus:
	@selftests/run/check litmus

prove:
	@PROVE_ALL=1 selftests/run/check prove

selftests:
	@tools/build/selftests

# On the machine itself: make -C selftests run_tests
INSTALL_PATH ?= /usr/lib/keel/kselftest
install-selftests:
	@$(MAKE) -C selftests TARGETS=kvm install INSTALL_PATH=$(abspath $(DESTDIR)$(INSTALL_PATH))

selftests-tar:
	@$(MAKE) -C selftests TARGETS=kvm gen_tar

check:
	@selftests/run/check

soak:
	@selftests/run/check soak
	@$(MAKE) judges

TIME ?= 10m
fuzz:
	@selftests/run/fuzz $(TIME)

N ?= 20
SEED ?= 1
mutants:
	@selftests/run/mutants -n $(N) -s $(SEED) $(if $(GATES),-g "$(GATES)") $(FILES)

matrix:
	@selftests/run/kernel-matrix $(ONLY)

bench:
	@$(MAKE) module >&2
	@tools/bench/run --kernel $(KERNEL) $(if $(PEER),--peer '$(PEER)') $(if $(GROWTH),--growth --no-linux)

htmldocs:
	@$(TESTBED)/setup python3-sphinx
	@sphinx-build -q -W --keep-going -b html -d build/doctrees Documentation build/htmldocs

demo:
	@$(TESTBED)/demo

judges: selftests
	@$(MAKE) KERNEL=6.12 module
	@$(MAKE) KERNEL=7.3 module
	@tools/judges/all

shell: $(if $(filter keel,$(HV)),module)
	@$(TESTBED)/run --kernel $(KERNEL) --hv $(HV) --interactive \
		$(if $(filter nvhe,$(MODE)),--nvhe) $(TESTBED_ARGS)

clean:
	rm -rf build keel.ko

.PHONY: all keel.ko module probes kernel install uninstall vmm install-vmm uninstall-vmm deb lint unit litmus prove selftests install-selftests selftests-tar check soak fuzz mutants matrix bench judges htmldocs demo shell clean
