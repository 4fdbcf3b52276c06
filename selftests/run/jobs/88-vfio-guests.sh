# SPDX-License-Identifier: GPL-2.0-only
# Linux guests under QEMU and the reference VMM that have the host's NVMe disk and network
# card; the programs about assigned devices under nVHE on 6.12, and on the newest kernel in both
# modes.
# needs: 7.3
. "$(dirname "$0")/../lib.sh"
. "$RUN/vfio.sh"
cd "$TOP"
guest_files 6.1

# Each guest has a MiB to write.   usage: all_copies DISK
all_copies() {
	local i
	for i in 1 2 3; do cmp -n 1048576 -i 0:$((i * 1048576)) "$1" "$1" || return; done
}
sum() { md5sum <"$1" | cut -d' ' -f1; }

# FIRST: what the first one, under QEMU, does (see assigned-guest). STAGE: see vfio_machine.
# usage: guest NAME RUN-OPTION...
guest() {
	local name=$1 disk=$TOP/build/check/$1.nvme nic=$TOP/build/check/$1.nic
	local log=$TOP/build/check/${JOB:-job}-$1/output.log
	shift
	vfio_disk "$disk"
	vfio_machine "$disk"
	vfio_nic "$nic"
	host "$name" "$@" "${VFIO_OPTIONS[@]}" --rootfs qemu10 --mem 3G --timeout 1800 "${GUEST_FILES[@]}" -- \
		"$RUN/host/assigned-guest ${FIRST:-qemu}" "$RUN/host/assigned-guest vmm" "$RUN/host/assigned-guest intx"
	if repeats "$name" guest "$name" "$@"; then return; fi
	expect "$name: the disk has what each guest wrote" all_copies "$disk"
	expect "$name: the guests have received what was sent" [ "$(grep -c "nic received $(sum "$nic")" "$log")" = 3 ]
	expect "$name: the last one has sent what was received" \
		[ "$(sed -n 's/.*nic sends //p' "$log" | tail -n 1)" = "$(sum "$nic.got")" ]
	rm -f "$disk" "$nic" "$nic.got"
}
vfio_devices vfio-nvhe 6.12 --cpu neoverse-n1 --nvhe
STAGE=1 vfio_devices vfio-stage1 6.12
STAGE=2 vfio_devices vfio-stage2 6.12
STAGE=2 vfio_devices vfio-stage2-nvhe 6.12 --cpu neoverse-n1 --nvhe
NESTING=1 vfio_devices vfio-nesting 6.1
FIRST=unplug guest vfio-linux --kernel 6.12
STAGE=2 guest vfio-linux-stage2 --kernel 6.12
guest vfio-linux-nvhe --kernel 6.12 --cpu neoverse-n1 --nvhe
if lacks vfio-7.3 7.3; then exit 0; fi
vfio_devices vfio-7.3 7.3
vfio_devices vfio-7.3-nvhe 7.3 --cpu neoverse-n1 --nvhe
