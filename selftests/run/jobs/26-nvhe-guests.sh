# SPDX-License-Identifier: GPL-2.0-only
# Debian guests on a host at EL1: QEMU with the GIC in the kernel and with its
# own, disk, network and load, vhost-net, a machine that reboots and one that
# moves to another QEMU, and the reference VMM.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host nvhe-guests --kernel 6.12 --cpu neoverse-n1 --nvhe --rootfs qemu10 --disk "$("$TESTBED/make-disk")" \
	--timeout 1500 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 4" \
	"$RUN/host/qemu-guest 1 384 virt,gic-version=2,kernel-irqchip=off" \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3 3" \
	"$RUN/host/vmm-guest 2" "$RUN/host/vhost-guest" "$RUN/host/qemu-work 2" \
	"$RUN/host/qemu-tools debug migrate"
