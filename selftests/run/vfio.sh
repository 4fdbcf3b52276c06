# SPDX-License-Identifier: GPL-2.0-only
# A host with an SMMU and devices behind it: QEMU's options, and what is seen from outside.

# The NVMe disk begins with 64 KiB of numbers.   usage: vfio_disk FILE
vfio_disk() {
	mkdir -p "${1%/*}"
	seq 1 200000 | head -c 1048576 >"$1"
	truncate -s 4M "$1"
}

# VFIO_OPTIONS: the machine, as options of run. Its SMMU has both stages, of which Linux
# takes the first; STAGE=1 or 2: no other.   usage: vfio_machine DISK
vfio_machine() {
	local arg
	VFIO_OPTIONS=()
	# later machines choose the stages themselves
	if [ -n "${STAGE:-}" ]; then
		VFIO_OPTIONS=(--qemu -machine --qemu virt-9.1 --qemu -global --qemu "arm-smmuv3.stage=$STAGE")
	fi
	for arg in -machine iommu=smmuv3 \
		-drive "file=$1,format=raw,if=none,id=nvme" -device nvme,drive=nvme,serial=keel \
		-device edu,dma_mask=0xffffffffffff \
		-object memory-backend-ram,id=shared,size=16M,share=on -device ivshmem-plain,memdev=shared; do
		VFIO_OPTIONS+=(--qemu "$arg")
	done
}

# A network card for the machine, whose other end is here: what it gets from there is FILE,
# what it sends is written to FILE.got.   usage: vfio_nic FILE
vfio_nic() {
	local net=user,id=net arg
	seq 300000 400000 | head -c 500000 >"$1"
	net=$net,guestfwd=tcp:10.0.2.100:5001-cmd:"cat $1"
	net=$net,guestfwd=tcp:10.0.2.100:5002-cmd:"dd status=none of=$1.got"
	for arg in -netdev "$net" -device e1000e,netdev=net,romfile=; do
		VFIO_OPTIONS+=(--qemu "$arg")
	done
}

# The lines of a log by which the host tells of the SMMU's events.   usage: smmu_lines LOG KIND
smmu_lines() { grep -E "arm-smmu-v3 .* event $2 received" "$1/console.log" || true; }

# At which stage a translation failed: bit 39 of an event's second word.   usage: smmu_stages LOG
smmu_stages() {
	awk '/arm-smmu-v3 .* event 0x10 received/ { word = 2; next }
	     word && /arm-smmu-v3 .*0x[0-9a-f]+$/ && !--word { print substr($NF, 9, 1) ~ /[89a-f]/ ? 2 : 1 }' "$1/console.log"
}

# Are there so many, of translations that failed at that stage, and no others?
# usage: smmu_events LOG COUNT STAGE
smmu_events() {
	smmu_lines "$1" '0x[0-9a-f]+'
	echo "stages: $(smmu_stages "$1" | tr '\n' ' ')"
	[ "$(smmu_lines "$1" '0x[0-9a-f]+' | wc -l)" = "$2" ] && [ "$(smmu_stages "$1" | grep -cx "$3")" = "$2" ]
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
# STAGE: see vfio_machine; NESTING=1: VFIO is asked for the SMMU's second stage.
# usage: vfio_devices NAME KERNEL RUN-OPTION...
vfio_devices() {
	local name=$1 kernel=$2 st=$TOP/build/selftests log=$TOP/build/check/${JOB:-job}-$1
	local disk=$TOP/build/check/$1.nvme stage=${STAGE:-1} nesting=()
	shift 2
	# an unknown parameter of the kernel goes to its first process's environment
	if [ -n "${NESTING:-}" ]; then stage=2 nesting=(--append KEEL_VFIO_NESTING=1); fi
	vfio_disk "$disk"
	vfio_machine "$disk"
	vfio_module "$kernel"
	host "$name" --kernel "$kernel" "$@" "${VFIO_OPTIONS[@]}" "${nesting[@]}" --file "$VFIO_MODULE" -- "insmod cacheable_bar.ko" \
		"$st/abi_vfio" "$st/vfio_edu" "$st/vfio_bar" "$st/vfio_nvme" "rmmod vfio-pci"
	if repeats "$name" vfio_devices "$name" "$kernel" "$@"; then return; fi
	expect "$name: the disk has what the guest wrote" cmp -n 65536 -i 0:1048576 "$disk" "$disk"
	expect "$name: DMA to what is nobody's is an event of the SMMU's" smmu_events "$log" 4 "$stage"
	expect "$name: nothing was skipped" none_skipped "$log"
	rm -f "$disk"
}
