# SPDX-License-Identifier: GPL-2.0-only
# Guests under the newest QEMU that Debian has for its stable release: what it does with one
# besides running it, with bitmaps and rings of dirty pages, and firmware; under VHE and nVHE.
# needs: rootfs-qemu11
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
guest_files 6.1
options=(--rootfs qemu11 --timeout 1500 "${GUEST_FILES[@]}" --file /usr/share/qemu-efi-aarch64/QEMU_EFI.fd)
host qemu11 "${options[@]}" -- "$RUN/host/qemu-guest 2 384" "$RUN/host/qemu-tools debug migrate migrate_by_ring"
host qemu11-nvhe --cpu neoverse-n1 --nvhe "${options[@]}" -- \
	"$RUN/host/qemu-guest 2 512" "$RUN/host/qemu-tools migrate_by_ring firmware"
