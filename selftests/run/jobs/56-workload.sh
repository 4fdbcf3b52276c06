# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with stress-ng on all CPUs, disk and network traffic.
. "$(dirname "$0")/../lib.sh"
guest=$("$TESTBED/make-guest")
host workload --kernel 6.12 --rootfs qemu10 --disk "$("$TESTBED/make-disk")" --timeout 700 \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	"$RUN/host/qemu-work 4"
