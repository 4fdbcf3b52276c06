# SPDX-License-Identifier: GPL-2.0-only
# The border between a host at EL1 and keel at EL2: rubbish in host calls and in
# what is shared, and an image that fails in the midst of them. Guests, in both
# modes, that make EL2 walk into memory that aborts or return to an illegal state.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then exit 0; fi
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
work=build/check/el2
mkdir -p "$work"
cp "$RUN/el2/"* "$work/"
expect "el2: the modules of rubbish build" "$TOP/tools/build/quiet-build" \
	make -C "$KEEL_CACHE/kernel/6.12/build" M="$PWD/$work" KEEL_TOP="$TOP" modules
image=build/6.12/nvhe/image.elf
broken=()
# usage: break_image NAME FUNCTION [overflow]
break_image() {
	expect "el2: an image breaks: $1" "$RUN/break-image" build/6.12/keel.ko $image \
		"$2" "$work/$1.ko" "${@:3}"
	broken+=(--file "$work/$1.ko")
}
break_image broken-host keel_switch_is_context
break_image broken-guest keel_fast_exit
break_image overflow-host keel_switch_is_context overflow
break_image overflow-guest keel_fast_exit overflow
guests=(--file build/6.12/keel.ko --file build/selftests/smoke --file build/selftests/walk_device
	--file "$work/el2_entry.ko" --file "$work/bad_memory.ko")
HV=none host "el2" --kernel 6.12 --nvhe --timeout 900 "${guests[@]}" --file build/selftests/fast_gic \
	--file "$work/el2_calls.ko" --file "$work/el2_share.ko" --file "$work/el2_locks.ko" "${broken[@]}" -- \
	"$RUN/host/el2-guests" "$RUN/host/el2"
HV=none host "el2-vhe" --kernel 6.12 "${guests[@]}" --file build/selftests/nested_user -- "$RUN/host/el2-guests"
