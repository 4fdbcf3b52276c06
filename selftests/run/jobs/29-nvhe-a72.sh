# SPDX-License-Identifier: GPL-2.0-only
# A host of Armv8.0 with a GICv2: Debian guests that have one as well, under
# QEMU 10 and the reference VMM, and the module's own test programs but those about
# memory and registers, which nvhe-a57 has.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
EXCEPT="abi_(bus|dirty|memslot|onereg|states)|aarch32|aarch32_regs|cpu_models|dirty_ring|errata|fork|idregs|id_levels|mem_.*|nisv.*|regs_preserved|teardown|walk_device" \
	selftests brief nvhe-a72 --kernel 6.12 --cpu cortex-a72 --gic 2 --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 4 384 virt,gic-version=2" "$RUN/host/vmm-guest 2"
