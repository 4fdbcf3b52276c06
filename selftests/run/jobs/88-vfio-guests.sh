# SPDX-License-Identifier: GPL-2.0-only
# Linux guests under QEMU and the reference VMM that have the host's NVMe disk; the programs
# about assigned devices under nVHE on 6.12, and on the newest kernel in both modes.
# needs: 7.3
. "$(dirname "$0")/../lib.sh"
. "$RUN/vfio.sh"
cd "$TOP"
guest_files 6.1

# usage: guest NAME RUN-OPTION...
guest() {
	local name=$1 disk=$TOP/build/check/$1.nvme
	shift
	vfio_disk "$disk"
	vfio_machine "$disk"
	host "$name" "$@" "${VFIO_OPTIONS[@]}" --rootfs qemu10 --mem 3G --timeout 600 "${GUEST_FILES[@]}" -- \
		"$RUN/host/assigned-guest qemu" "$RUN/host/assigned-guest vmm" "$RUN/host/assigned-guest intx"
	expect "$name: the disk has what the guest wrote" cmp -n 1048576 -i 0:1048576 "$disk" "$disk"
	rm -f "$disk"
}
vfio_devices vfio-nvhe 6.12 --cpu neoverse-n1 --nvhe
guest vfio-linux --kernel 6.12
guest vfio-linux-nvhe --kernel 6.12 --cpu neoverse-n1 --nvhe
vfio_devices vfio-7.3 7.3
vfio_devices vfio-7.3-nvhe 7.3 --cpu neoverse-n1 --nvhe
