# SPDX-License-Identifier: GPL-2.0-only
# A VHE host with a GICv2: what of the module has to do with it, and a guest.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host gic2 --kernel 6.12 --gic 2 --timeout 400 "${GUEST_FILES[@]}" -- \
	"$TOP/build/selftests/abi_vgic2" "$TOP/build/selftests/gic2_lists" \
	"$TOP/build/selftests/timer_user" "$RUN/host/vmm-guest 1"
