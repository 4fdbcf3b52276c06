# SPDX-License-Identifier: GPL-2.0-only
# A kernel with KASAN and UBSAN: a Linux guest and the module's test programs
# under nVHE, what is about a GICv2, what is nearest to the world switch under
# VHE, loads and unloads, and loads in which one allocation after the other fails.
# needs: asan
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
built asan || exit 0
guest_files 6.1
st=$TOP/build/selftests
export BRIEF=16
brief="--timeout 1800 --append KEEL_BRIEF=$BRIEF $NO_KPTI"
# the guest first: what the programs leave behind (swap, KSM) slows it down tenfold
# shellcheck disable=SC2086
EXCEPT="cpu_models|errata|gic_many|idregs|nisv32|nisv_race|regs_preserved|run_exits|timer_edge" \
	selftests brief asan-nvhe --kernel asan --cpu cortex-a57 $NO_KPTI --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=3 0 600"
# shellcheck disable=SC2086
host asan-gic2 --kernel asan --cpu cortex-a72 --gic 2 $brief -- \
	"$st/abi_vgic2" "$st/gic2_lists" "$st/timer_user" "$st/regs_preserved" "$st/run_exits"
# shellcheck disable=SC2086
host asan --kernel asan $brief -- "$st/regs_preserved" "$st/run_exits" "$st/hotplug" "$st/debug_user" \
	"$st/fast_exits" "$st/cpu_state"
if [ "$HV" != keel ]; then exit 0; fi
expect "asan: load-failing builds" \
	cross_build "$TOP/build/check/load-failing" "$RUN/host/load-failing.c"
HV=none host asan-loads --kernel asan --nvhe --no-logcheck --timeout 900 \
	--file "$st/smoke" --file "$TOP/build/check/load-failing" --file "$TOP/build/asan/keel.ko" -- \
	"$RUN/host/life-cycle 20" "$RUN/host/host-events allocations"
