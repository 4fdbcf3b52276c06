# SPDX-License-Identifier: GPL-2.0-only
# What both debug kernels run.

# usage: debug_kernel NAME
debug_kernel() {
	local programs
	"$TESTBED/kernel" "$1"
	if [ "$HV" = keel ]; then
		expect "$1: module builds" "$TOP/tools/build/quiet-build" make -C "$TOP" KERNEL="$1" module
		[ -e "$TOP/build/$1/keel.ko" ] || return 0
		expect "$1: world-switch code is not instrumented" "$TOP/tools/build/uninstrumented" \
			$(find "$TOP/build/$1"/{hyp,vhe,nvhe} -name '*.o' ! -name '.*' 2>/dev/null)
	fi
	mapfile -t programs < <(selftest_programs)
	host "$1" --kernel "$1" --timeout 1000 -- "${programs[@]}"
	# a host of its own: what the programs leave behind (swap, KSM) slows a guest down tenfold
	host "$1-qemu" --kernel "$1" --timeout 700 --rootfs qemu10 \
		--file "$KEEL_CACHE/kernel/6.12/Image" --file "$("$TESTBED/make-guest"):/t/guest.gz" \
		-- "$RUN/host/qemu-guest 2 384 virt,gic-version=3,its=off 0 600"
	if [ "$HV" = keel ]; then
		HV=none host "$1-life-cycle" --kernel "$1" --timeout 300 \
			--file "$TOP/build/$1/keel.ko" -- "$RUN/host/life-cycle 20"
	fi
}
