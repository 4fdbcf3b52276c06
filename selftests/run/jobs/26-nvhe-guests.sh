# SPDX-License-Identifier: GPL-2.0-only
# Debian guests on a host at EL1 that has VHE and hides it: what the job qemu10
# does under VHE, a GIC of QEMU's, and firmware.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host nvhe-guests --kernel 6.12 --cpu neoverse-n1 --nvhe --rootfs qemu10 --timeout 1200 \
	"${GUEST_FILES[@]}" --file /usr/share/qemu-efi-aarch64/QEMU_EFI.fd -- \
	"$RUN/host/qemu-guest 1 384 virt,gic-version=2,kernel-irqchip=off" \
	"$RUN/host/qemu-tools debug migrate firmware"
