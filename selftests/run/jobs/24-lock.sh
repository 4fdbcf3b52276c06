# SPDX-License-Identifier: GPL-2.0-only
# A kernel with lockdep and kmemleak: a Linux guest and the module's test programs
# under nVHE, what is about a GICv2, what has most locks under VHE, loads and unloads.
# In both modes a short part with a host that masks its interrupts by the GIC's
# priority mask (pseudo-NMI).
# needs: lock
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
built lock || exit 0
guest_files 6.1
st=$TOP/build/selftests
brief="--timeout 1800 --append KEEL_BRIEF=1"
loads=("rmmod keel" "$RUN/host/life-cycle 10" "insmod keel.ko")
[ "$HV" = keel ] || loads=()
# those left out are about registers, or run below
EXCEPT="abi_onereg|abi_states|aarch32|aarch32_regs|cpu_models|cpu_state|dirty_ring|errata|idregs|id_levels|its_load|its_save|mem_faults|nisv.*|regs_preserved|run_exits|walk_device|gic_stress|timer_edge" \
	selftests brief lock-nvhe --kernel lock --nvhe --cpu neoverse-n1 --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=3 0 600"
# shellcheck disable=SC2086
host lock-gic2 --kernel lock --cpu cortex-a72 --gic 2 $brief -- \
	"$st/abi_vgic2" "$st/gic2_lists" "$st/timer_user" "$st/psci_smp" "${loads[@]}"
# shellcheck disable=SC2086
host lock --kernel lock $brief -- \
	"$st/fast_exits" "$st/fast_events" "$st/fast_gic" "$st/gic_lists" "$st/gic_stress" "$st/timer_edge" "$st/mem_smp"
# shellcheck disable=SC2086
for mode in "" --nvhe; do
	host "lock-nmi$mode" --kernel lock $mode $brief --append irqchip.gicv3_pseudo_nmi=1 -- "$st/fast_exits" "$st/fast_gic"
done
