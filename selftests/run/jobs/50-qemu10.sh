# SPDX-License-Identifier: GPL-2.0-only
# Debian guests under Debian's QEMU.
. "$(dirname "$0")/../lib.sh"
guest=$("$TESTBED/make-guest")
host qemu10 --kernel 6.12 --rootfs qemu10 --mem 4G --timeout 900 \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	"$RUN/host/qemu-guest 1" "$RUN/host/qemu-guest 8 3G" \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=2,kernel-irqchip=off" "$RUN/host/qemu-tools its"
