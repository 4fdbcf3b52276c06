# SPDX-License-Identifier: GPL-2.0-only
# A kernel with KASAN and UBSAN: the module's test programs under VHE, a Linux
# guest and what is nearest to the world switch under nVHE, loads and unloads,
# and loads in which one allocation after the other fails.
. "$(dirname "$0")/../lib.sh"
debug_module asan || exit 0
guest_files 6.1
st=$TOP/build/selftests
selftests brief asan --kernel asan
# the guest first: what the programs leave behind (swap, KSM) slows it down tenfold
host asan-nvhe --kernel asan --nvhe --cpu neoverse-n1 --timeout 900 --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=3 0 600" "$st/regs_preserved" "$st/run_exits" \
	"$st/hotplug" "$st/debug_user"
if [ "$HV" != keel ]; then exit 0; fi
expect "asan: load-failing builds" \
	cross_build "$TOP/build/check/load-failing" "$RUN/host/load-failing.c"
HV=none host asan-loads --kernel asan --nvhe --no-logcheck --timeout 400 \
	--file "$st/smoke" --file "$TOP/build/check/load-failing" --file "$TOP/build/asan/keel.ko" -- \
	"$RUN/host/life-cycle 20" "$RUN/host/host-events allocations"
