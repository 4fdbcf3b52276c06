# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the jobs that move guests between hosts. GUEST_FILES is set, and LEVEL, if
# the hosts are not of kernel 6.12.

# usage: one_host NAME HYPERVISOR PART OPTION...
one_host() {
	local name=$1 hv=$2 part=$3
	shift 3
	HV=$hv host "$name" --rootfs qemu10 --timeout 1200 --modparams "abi=${LEVEL:-6.12}" \
		--qemu -drive --qemu "file=$state,format=raw,if=none,id=state,cache=unsafe" \
		--qemu -device --qemu virtio-blk-pci,drive=state,addr=0x1f \
		"${GUEST_FILES[@]}" "$@" -- "$RUN/host/qemu-tools $part"
}

# The guest begins and ends under the in-tree KVM if HOPS is even.
# usage: cross_migrate NAME OPTION...
cross_migrate() {
	local name=$1 state=$TOP/build/check/migration-$1 hop hv part
	shift
	rm -f "$state"
	truncate -s 1G "$state"
	for ((hop = 0; hop <= HOPS; hop++)); do
		hv=kvm part=pass
		if [ $((hop % 2)) = 1 ]; then hv=keel; fi
		if [ $hop = 0 ]; then part=leave; elif [ $hop = "$HOPS" ]; then part=arrive; fi
		one_host "cross-migration $name $hop $hv" $hv $part "$@"
		if repeats "cross-migration $name $hop $hv" cross_migrate "$name" "$@"; then return; fi
	done
	rm -f "$state"
}
