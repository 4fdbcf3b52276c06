# SPDX-License-Identifier: GPL-2.0-only
# A guest under the newest QEMU that Debian has for its stable release: what it does with it
# besides running it, with bitmaps and rings of dirty pages.
# needs: rootfs-qemu11
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host qemu11 --rootfs qemu11 --timeout 1500 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384" "$RUN/host/qemu-tools debug migrate migrate_by_ring"
