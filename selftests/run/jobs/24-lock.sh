# SPDX-License-Identifier: GPL-2.0-only
# A kernel with lockdep and kmemleak: the module's test programs
# under nVHE, what is about a GICv2, loads and unloads. Under VHE what has most locks, on a host
# that masks its interrupts by the GIC's priority mask (pseudo-NMI), and a short part so under nVHE.
# needs: lock
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
built lock || exit 0
expect "lock: with pseudo-NMI the GIC knows its mask before a guest runs" \
	tools/build/unseen-instructions build/lock/keel.ko build/lock/nvhe/image.elf nmi
st=$TOP/build/selftests
export BRIEF=16
brief="--timeout 1800 --append KEEL_BRIEF=$BRIEF $NO_KPTI"
loads=("rmmod keel" "$RUN/host/life-cycle 10" "insmod keel.ko")
[ "$HV" = keel ] || loads=()
# gic_stress and timer_edge run below
# shellcheck disable=SC2086
EXCEPT="$REGISTERS|gic_stress|timer_edge" selftests brief lock-nvhe --kernel lock --nvhe --cpu neoverse-n1 $NO_KPTI
# shellcheck disable=SC2086
host lock-gic2 --kernel lock --cpu cortex-a72 --gic 2 $brief -- \
	"$st/abi_vgic2" "$st/gic2_lists" "$st/timer_user" "$st/psci_smp" "${loads[@]}"
# shellcheck disable=SC2086
host lock-nmi --kernel lock $brief --append irqchip.gicv3_pseudo_nmi=1 -- \
	"$st/fast_exits" "$st/fast_events" "$st/fast_gic" "$st/gic_lists" "$st/gic_stress" "$st/timer_edge" "$st/mem_smp" \
	"$st/host_samples"
# shellcheck disable=SC2086
host lock-nmi-nvhe --kernel lock --nvhe $brief --append irqchip.gicv3_pseudo_nmi=1 -- \
	"$st/fast_exits" "$st/fast_gic" "$st/host_samples"
