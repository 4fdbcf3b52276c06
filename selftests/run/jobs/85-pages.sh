# SPDX-License-Identifier: GPL-2.0-only
# A host with pages of 64 KiB: the test programs and a Linux guest, whose pages are smaller, under
# VHE; some of them under nVHE; a GICv2, the hardware's and in software; guests with EL2, one of
# which is such a host itself; and what is asked of the kernel fails. This and assigned devices on
# one with pages of 16 KiB, whose huge pages are small enough to be split under a log, and which
# has VFIO.
# needs: 64k 6.12-trixie-16k
. "$(dirname "$0")/../lib.sh"
. "$RUN/vfio.sh"
cd "$TOP"
if [ "$HV" != keel ]; then exit 0; fi
built 64k || exit 0
st=$TOP/build/selftests
guest_files 6.1
selftests brief pages --kernel 64k --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384"
only="abi_dirty|abi_memslot|abi_vcpu|dirty_ring|fast_exits|fork|gic_lists|image|mem_.*|observe"
only="$only|prefault|regs_preserved|rights|run_exits|smoke|sve"
# shellcheck disable=SC2086
ONLY=$only selftests brief pages-nvhe --kernel 64k --cpu neoverse-v1 --nvhe $NO_KPTI \
	--rootfs qemu10 "${GUEST_FILES[@]}" -- "$RUN/host/qemu-guest 2 384"
host pages-gic2 --kernel 64k --gic 2 --timeout 1500 --append KEEL_BRIEF=4 "${GUEST_FILES[@]}" -- \
	"$st/abi_vgic2" "$st/gic2_lists" "$st/timer_user" "$RUN/host/vmm-guest 1" \
	"echo soft >/sys/module/keel/parameters/gicv2" "$st/gic2_lists"
files=() programs=()
for p in "$st"/nested*; do
	[ -x "$p" ] || continue
	files+=(--file "$p")
	programs+=("KEEL_EL2=1 /t/${p##*/}")
done
host pages-nested --kernel 64k --modparams "nested=1 abi=7.3" --timeout 1500 \
	--append KEEL_BRIEF=4 "${files[@]}" -- "${programs[@]}"
CPUS=1 HOST_KERNEL=64k nested_guest pages-nested-keel 64k --small "$TOP/build/64k/keel.ko" \
	"$st"/{smoke,gic_lists}
failing 64k pages -- "insmod keel.ko nested=1" "$st/fail_nth" "$st/fail_state"
built 6.12-trixie-16k || exit 0
failing 6.12-trixie-16k pages-16k -- "insmod keel.ko nested=1" "$st/fail_nth" "$st/fail_state"
vfio_devices pages-vfio 6.12-trixie-16k
