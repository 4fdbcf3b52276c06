# SPDX-License-Identifier: GPL-2.0-only
# A kernel with lockdep and kmemleak: the module's test programs under nVHE, a
# Linux guest and what has most locks under VHE, loads and unloads.
. "$(dirname "$0")/../lib.sh"
debug_module lock || exit 0
guest_files 6.1
st=$TOP/build/selftests
selftests brief lock-nvhe --kernel lock --nvhe --cpu neoverse-n1
host lock --kernel lock --timeout 900 --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=3 0 600" \
	"$st/fast_exits" "$st/fast_events" "$st/gic_lists" "$st/gic_stress" "$st/abi_its" "$st/timer_edge" "$st/mem_smp"
if [ "$HV" != keel ]; then exit 0; fi
HV=none host lock-life-cycle --kernel lock --timeout 300 --file "$TOP/build/lock/keel.ko" -- \
	"$RUN/host/life-cycle 20"
