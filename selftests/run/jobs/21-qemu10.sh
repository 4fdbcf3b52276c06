# SPDX-License-Identifier: GPL-2.0-only
# What Debian's QEMU 10 does with a guest besides running it, here one of the
# newest kernel: stop and debug. It migrates by bitmaps in nvhe-guests, by rings in guests.
. "$(dirname "$0")/../lib.sh"
guest_files
host qemu10 --kernel 6.12 --rootfs qemu10 --timeout 2400 --append GUEST_CPU=host,pmu=on "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384" "$RUN/host/qemu-tools debug"
