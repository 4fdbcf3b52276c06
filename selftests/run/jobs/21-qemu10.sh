# SPDX-License-Identifier: GPL-2.0-only
# Debian guests under Debian's QEMU 10, and what else it does with a guest:
# stop, debug, migrate.
. "$(dirname "$0")/../lib.sh"
guest_files
host qemu10 --kernel 6.12 --rootfs qemu10 --mem 4G --timeout 900 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 8 3G" "$RUN/host/qemu-tools debug migrate"
