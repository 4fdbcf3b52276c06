# SPDX-License-Identifier: GPL-2.0-only
# A host with an SMMU and devices behind it: QEMU's options, and what is seen from outside.

# The NVMe disk begins with 64 KiB of numbers.   usage: vfio_disk FILE
vfio_disk() {
	mkdir -p "${1%/*}"
	seq 1 200000 | head -c 1048576 >"$1"
	truncate -s 4M "$1"
}

# VFIO_OPTIONS: the machine, as options of run.   usage: vfio_machine DISK
vfio_machine() {
	local arg
	VFIO_OPTIONS=()
	for arg in -machine iommu=smmuv3 \
		-drive "file=$1,format=raw,if=none,id=nvme" -device nvme,drive=nvme,serial=keel \
		-device edu,dma_mask=0xffffffffffff \
		-object memory-backend-ram,id=shared,size=16M,share=on -device ivshmem-plain,memdev=shared; do
		VFIO_OPTIONS+=(--qemu "$arg")
	done
}

# The lines of a log by which the host tells of the SMMU's events.   usage: smmu_lines LOG KIND
smmu_lines() { grep -E "arm-smmu-v3 .* event $2 received" "$1/console.log" || true; }

# Are there so many, of translations that failed, and no others?   usage: smmu_events LOG COUNT
smmu_events() {
	smmu_lines "$1" '0x[0-9a-f]+'
	[ "$(smmu_lines "$1" '0x[0-9a-f]+' | wc -l)" = "$2" ] && [ "$(smmu_lines "$1" 0x10 | wc -l)" = "$2" ]
}

none_skipped() { ! grep -n '# SKIP' "$1/output.log"; }

# The module of cacheable_bar, in $VFIO_MODULE.   usage: vfio_module KERNEL
vfio_module() {
	local work=$TOP/build/check/vfio-$1
	[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
	mkdir -p "$work"
	cp "$RUN/vfio/"* "$work/"
	expect "vfio: the module of cacheable frames builds for $1" "$TOP/tools/build/quiet-build" \
		"$TOP/tools/build/for" "$1" make -C "$KEEL_CACHE/kernel/$1/build" M="$work" modules
	VFIO_MODULE=$work/cacheable_bar.ko
}

# The programs about assigned devices; what they did to the disk, and what the SMMU has said.
# usage: vfio_devices NAME KERNEL RUN-OPTION...
vfio_devices() {
	local name=$1 kernel=$2 st=$TOP/build/selftests log=$TOP/build/check/${JOB:-job}-$1
	local disk=$TOP/build/check/$1.nvme
	shift 2
	vfio_disk "$disk"
	vfio_machine "$disk"
	vfio_module "$kernel"
	host "$name" --kernel "$kernel" "$@" "${VFIO_OPTIONS[@]}" --file "$VFIO_MODULE" -- "insmod cacheable_bar.ko" \
		"$st/abi_vfio" "$st/vfio_edu" "$st/vfio_bar" "$st/vfio_nvme" "rmmod vfio-pci"
	expect "$name: the disk has what the guest wrote" cmp -n 65536 -i 0:1048576 "$disk" "$disk"
	expect "$name: DMA to what is nobody's is an event of the SMMU's" smmu_events "$log" 4
	expect "$name: nothing was skipped" none_skipped "$log"
	rm -f "$disk"
}
