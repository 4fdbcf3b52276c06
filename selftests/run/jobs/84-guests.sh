# SPDX-License-Identifier: GPL-2.0-only
# Debian guests that take long: one that reboots ten times in one virtual machine, one that
# migrates by rings, one with networks of the host's kernel, one with a GICv2 in software;
# under nVHE one with eight CPUs and 3 GiB, one whose GIC is QEMU's, one with four CPUs under
# the reference VMM, and a debugger; one under a kernel with lockdep.
# needs: lock
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
GICV2=()
if [ "$HV" = keel ]; then
	GICV2=("echo soft >/sys/module/keel/parameters/gicv2" "$RUN/host/qemu-guest 4 384 virt,gic-version=2")
fi
host guests --kernel 6.12 --rootfs qemu10 --timeout 2400 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3 10 900" "$RUN/host/qemu-tools migrate_by_ring" "$RUN/host/vhost-guest" "${GICV2[@]}"
host guests-nvhe --kernel 6.12 --cpu neoverse-n1 --nvhe --rootfs qemu10 --mem 4G --timeout 1200 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 8 3G" "$RUN/host/qemu-guest 1 384 virt,gic-version=2,kernel-irqchip=off" \
	"$RUN/host/vmm-guest 4" "$RUN/host/qemu-tools debug" "${GICV2[@]}"
host guests-lock --kernel lock --nvhe --cpu neoverse-n1 --rootfs qemu10 --timeout 1800 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=3 0 600"
