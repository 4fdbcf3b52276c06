# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest under the reference VMM, which has an NVMe disk of the host's assigned.
. "$(dirname "$0")/../lib.sh"
. "$RUN/vfio.sh"
guest_files 6.1
vmm() {
	local disk=$TOP/build/check/vmm.nvme
	vfio_disk "$disk"
	vfio_machine "$disk"
	host vmm --kernel 6.12 --timeout 1800 "${VFIO_OPTIONS[@]}" "${GUEST_FILES[@]}" -- \
		"$RUN/host/vmm-guest 4"
	if repeats vmm vmm; then return; fi
	expect "vmm: the assigned disk has what the guest wrote" cmp -n 1048576 -i 0:1048576 "$disk" "$disk"
	rm -f "$disk"
}
vmm
