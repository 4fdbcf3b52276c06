# SPDX-License-Identifier: GPL-2.0-only
# Guests on a host at EL1 that has VHE and hides it: one that migrates by bitmaps, and firmware.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
# shellcheck disable=SC2086
host nvhe-guests --kernel 6.12 --cpu neoverse-n1 --nvhe $NO_KPTI --rootfs qemu10 --timeout 2400 \
	"${GUEST_FILES[@]}" --file /usr/share/qemu-efi-aarch64/QEMU_EFI.fd -- \
	"$RUN/host/qemu-tools migrate firmware"
