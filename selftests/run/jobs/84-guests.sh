# SPDX-License-Identifier: GPL-2.0-only
# Debian guests that take long: one that reboots ten times in one virtual machine, one with
# a GICv2 in software;
# under nVHE one with eight CPUs and 3 GiB, one with four under the reference VMM, and a debugger.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
GICV2=()
if [ "$HV" = keel ]; then
	GICV2=("echo soft >/sys/module/keel/parameters/gicv2" "$RUN/host/qemu-guest 4 384 virt,gic-version=2")
fi
host guests --kernel 6.12 --rootfs qemu10 --timeout 1200 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3 10 900" "${GICV2[@]}"
host guests-nvhe --kernel 6.12 --cpu neoverse-n1 --nvhe --rootfs qemu10 --mem 4G --timeout 1200 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 8 3G" "$RUN/host/vmm-guest 4" "$RUN/host/qemu-tools debug" "${GICV2[@]}"
