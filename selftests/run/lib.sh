# SPDX-License-Identifier: GPL-2.0-only
# Shared by the check jobs.

. "$(dirname "${BASH_SOURCE[0]}")/../../tools/testbed/lib.sh"
RUN=$TOP/selftests/run
HV=${HV:-keel}
export HV

# Report one result. usage: result STATUS WHAT...
result() {
	local status=$1
	shift
	if [ "$status" = 0 ]; then echo "ok - $*"; else echo "not ok - $*"; fi
}

# Run a command as one case; show the end of its output when it fails.
# usage: expect WHAT COMMAND [ARG...]
expect() {
	local what=$1 status=0 output
	shift
	output=$("$@" 2>&1) || status=$?
	result $status "$what"
	if [ $status != 0 ]; then tail -n 20 <<<"$output" | sed 's/^/#   /'; fi
	return 0
}

# Note what kind of host the results named NAME come from, for check's table:
# CPU, mode, GIC. usage: kind NAME RUN-OPTION...
kind() {
	local name=$1 cpu=max mode=VHE gic=3
	shift
	while [ $# != 0 ] && [ "$1" != -- ]; do
		case $1 in
		--cpu) cpu=${2%%,*} ;;
		--nvhe) mode=nVHE ;;
		--el1) mode=none ;;
		--gic) gic=$2 ;;
		esac
		shift
	done
	case $cpu in cortex-a53|cortex-a57|cortex-a72) mode=nVHE ;; esac
	echo "$name|$cpu|$mode|GICv$gic" >>"$TOP/build/check/${JOB:-job}.kinds"
}

# Boot an emulated host and list the results of what ran in it, and the
# host's own: that it ended in time and with a clean kernel log.
# usage: host NAME RUN-OPTION... -- PROGRAM...    (WHOLE=1: see ktap)
host() {
	local name=$1 log="$TOP/build/check/${JOB:-job}-$1"
	shift
	kind "$name" "$@"
	rm -rf "$log"
	mkdir -p "$log"
	"$TESTBED/run" --quiet --log "$log" --hv "$HV" "$@" \
		>"$log/run.log" 2>&1 || true
	if [ ! -e "$log/verdict" ]; then
		echo "not ok - $name: host did not start"
		tail -n 5 "$log/run.log" | sed 's/^/#   /'
		return
	fi
	"$RUN/ktap" -v whole="${WHOLE:-0}" "$log/output.log" |
		sed -E "s/^((not )?ok - )/\\1$name: /" || true
	if [ -s "$log/verdict" ]; then
		echo "not ok - $name: host: $(head -1 "$log/verdict")"
		tail -n +2 "$log/verdict" | sed 's/^/#   /'
	else
		echo "ok - $name: host ends in time, clean kernel log"
	fi
}

# The test programs, one line each.
selftest_programs() {
	find "$TOP/build/selftests" -maxdepth 1 -type f -perm -100 | sort
}

# Run programs (default none), then all of selftests/kvm, in one host. brief:
# what they do many times they do less often (ktap_times()).
# usage: selftests [brief] NAME RUN-OPTION... [-- PROGRAM...]
selftests() {
	local name options=() programs
	# an unknown parameter of the kernel goes to its first process's environment
	if [ "$1" = brief ]; then options=(--append KEEL_BRIEF=1); shift; fi
	name=$1
	shift
	while [ $# != 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
	if [ $# != 0 ]; then shift; fi
	mapfile -t programs < <(selftest_programs)
	if [ ${#programs[@]} = 0 ]; then echo "not ok - $name: none built"; return; fi
	host "$name" "${options[@]}" --timeout 1800 -- "$@" "${programs[@]}"
}

# GUEST_FILES: what the scripts need that run Linux guests, as options of run.
# usage: guest_files [KERNEL]    the guests' (default 6.12; 6.1 boots in half the time)
guest_files() {
	local kernel=${1:-6.12} guest
	guest=$("$TESTBED/make-guest" "$kernel")
	GUEST_FILES=(--file "$KEEL_CACHE/kernel/$kernel/Image" --file "$guest:/t/guest.gz"
		--file "$TOP/build/vmm/keel-vmm" --file "$TOP/build/check/gdb-client")
}

# Build one static program for the emulated host. usage: cross_build OUT SOURCE
cross_build() {
	local cross=
	[ "$(uname -m)" = aarch64 ] || cross=$CROSS_COMPILE
	"${cross}gcc" -O2 -Wall -Wextra -Werror -static -o "$@"
}

# Build the module of a stock kernel from scratch, with every warning on: one
# is printed only when its file is compiled. What it said is in
# build/check/built-KERNEL; empty is good.   usage: build_strictly KERNEL
build_strictly() {
	"$TESTBED/kernel" "$1" || return 1
	rm -rf "${TOP:?}/build/$1"
	"$TOP/tools/build/quiet-build" "$TOP/tools/build/module" "$1" \
		"$KEEL_CACHE/kernel/$1/build" -j"$(nproc)" W=1 C=2 >"$TOP/build/check/built-$1" 2>&1 ||
		echo "the build failed" >>"$TOP/build/check/built-$1"
	test -e "$TOP/build/$1/keel.ko"
}

# Have a debug kernel and the module for it. Fails without one.   usage: debug_module KERNEL
debug_module() {
	"$TESTBED/kernel" "$1"
	if [ "$HV" != keel ]; then return 0; fi
	expect "$1: module builds" "$TOP/tools/build/quiet-build" make -C "$TOP" KERNEL="$1" module
	[ -e "$TOP/build/$1/keel.ko" ] || return
	closed "$1"
}

# usage: closed KERNEL    what runs at EL2 is as it has to be in a module that was built
closed() {
	expect "$1: world-switch code is not instrumented" "$TOP/tools/build/uninstrumented" \
		$(find "$TOP/build/$1" \( -path '*/hyp/*.o' -o -path '*/vhe/*.o' -o -name '*.nvhe.o' \) ! -name '.*')
	expect "$1: EL2 image is closed" "$TOP/tools/build/closed-image" "$TOP/build/$1/nvhe/image.elf"
	expect "$1: fenced registers are accessed where the fences are" "$TOP/tools/build/guarded-registers" \
		"$TOP/build/$1/keel.ko" "$TOP/build/$1/nvhe/image.elf"
}

# usage: asks KERNEL    the module that was built for a stock kernel needs nothing of it that is not agreed on
asks() {
	expect "$1: what is asked of the kernel is exported and listed" "$TOP/tools/build/symbols" \
		"$RUN/symbols" "$KEEL_CACHE/kernel/$1/build/Module.symvers" "$TOP/build/$1/keel.ko"
}

# What several jobs need. usage: prepare [strictly]
prepare() {
	local k bad=0
	[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
	for k in 6.12 6.1; do
		"$TESTBED/kernel" $k || bad=1
		if [ "$HV" != keel ]; then continue; fi
		if [ "${1:-}" = strictly ]; then
			build_strictly $k || bad=1
		else
			make -C "$TOP" KERNEL=$k module || bad=1
		fi
	done
	"$TOP/tools/build/selftests" || bad=1
	make -s -C "$TOP/tools/vmm" OUT="$TOP/build/vmm" || bad=1
	cross_build "$TOP/build/check/gdb-client" "$RUN/host/gdb-client.c" || bad=1
	for k in qemu7 qemu10; do "$TESTBED/make-rootfs" $k || bad=1; done
	"$TESTBED/make-disk" || bad=1
	return $bad
}
