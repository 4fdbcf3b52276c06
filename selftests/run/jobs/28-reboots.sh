# SPDX-License-Identifier: GPL-2.0-only
# A guest that reboots ten times in one virtual machine.
. "$(dirname "$0")/../lib.sh"
guest=$("$TESTBED/make-guest")
host reboots --kernel 6.12 --rootfs qemu10 --timeout 1000 \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3,its=off 10 900"
