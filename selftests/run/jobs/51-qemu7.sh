# SPDX-License-Identifier: GPL-2.0-only
# Debian guests under Debian's QEMU.
. "$(dirname "$0")/../lib.sh"
guest=$("$TESTBED/make-guest")
host qemu7 --kernel 6.12 --rootfs qemu7 --timeout 600 \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	"$RUN/host/qemu-guest 1" "$RUN/host/qemu-guest 2" "$RUN/host/qemu-guest 4"
