# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the jobs that move guests between hosts. GUEST_FILES is set, and LEVEL, if
# VMs are not to be like those of kernel 6.12.

# Two kinds of host, each a hypervisor and options of its host alone.
HOST_A=(kvm) HOST_B=("$HV")

# usage: one_host NAME PART HYPERVISOR OPTION...
one_host() {
	local name=$1 part=$2 hv=$3
	shift 3
	HV=$hv host "$name" --rootfs qemu10 --timeout 1200 --modparams "abi=${LEVEL:-6.12}" \
		--qemu -drive --qemu "file=$state,format=raw,if=none,id=state,cache=unsafe" \
		--qemu -device --qemu virtio-blk-pci,drive=state,addr=0x1f \
		"${GUEST_FILES[@]}" "$@" -- "$RUN/host/qemu-tools $part"
}

# By a file. The guest begins on HOST_A, and ends there if HOPS is even.
# usage: cross_migrate NAME OPTION...
cross_migrate() {
	local name=$1 state=$TOP/build/check/migration-$1 hop part on
	shift
	rm -f "$state"
	truncate -s 1G "$state"
	for ((hop = 0; hop <= HOPS; hop++)); do
		part=pass on=("${HOST_A[@]}")
		if [ $((hop % 2)) = 1 ]; then on=("${HOST_B[@]}"); fi
		if [ $hop = 0 ]; then part=leave; elif [ $hop = "$HOPS" ]; then part=arrive; fi
		one_host "cross-migration $name $hop ${on[0]}" $part "${on[@]}" "$@"
		if repeats "cross-migration $name $hop ${on[0]}" cross_migrate "$name" "$@"; then return; fi
	done
	rm -f "$state"
}

# One of two hosts that run at once.   usage: live_side NAME SIDE HYPERVISOR OPTION...
live_side() {
	local name=$1 side=$2 hv=$3 net
	shift 3
	case $side in
	a) net="server=on,addr.type=unix,addr.path=$link" ;;
	b) net="server=off,reconnect-ms=500,addr.type=unix,addr.path=$link" ;;
	esac
	# a host alone says nothing when it is repeated
	AGAIN=1 HV=$hv host "$name-$side-$hv" --mem 2G --timeout 1800 --modparams "abi=${LEVEL:-6.12}" \
		--qemu -drive --qemu "file=$shared,format=raw,if=none,id=shared,file.locking=off" \
		--qemu -device --qemu virtio-blk-pci,drive=shared,addr=0x1f \
		--qemu -netdev --qemu "stream,id=link,$net" \
		--qemu -device --qemu "virtio-net-pci,netdev=link,romfile=,mac=52:54:00:09:00:0$side" \
		--file "$RUN/host/live-parts:/t/parts" "${GUEST_FILES[@]}" "$@" -- \
		"SIDE=$side HOPS=$HOPS POSTCOPY='${POSTCOPY:-}' sh /t/qemu-tools live"
}

# A guest moves between two hosts while it runs; HOPS and POSTCOPY as in live-parts.
# usage: live_migrate NAME OPTION...
live_migrate() {
	local name=$1 shared=$TOP/build/check/live-$1.disk link=$TOP/build/check/live-$1.link side
	shift
	cp --sparse=always "$("$TESTBED/make-disk")" "$shared"
	rm -f "$link"
	set -- "$@" --file "$RUN/host/qemu-tools"
	live_side "$name" a "${HOST_A[@]}" "$@" >"$link.a" &
	live_side "$name" b "${HOST_B[@]}" "$@" >"$link.b" &
	wait
	for side in a b; do cat "$link.$side"; done
	rm -f "$shared" "$link" "$link".?
}
