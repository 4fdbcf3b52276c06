# SPDX-License-Identifier: GPL-2.0-only
# SVE beyond what the other jobs' hosts have, whose vectors have up to 512 bits: under
# nVHE, with a Linux guest that has it; with those of 2048 bits, which emulation is slow
# with; with few lengths; on the older kernel.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
st=$TOP/build/selftests
brief="--timeout 1800 --append KEEL_BRIEF=4"
# shellcheck disable=SC2086
host sve-nvhe --kernel 6.12 --nvhe --cpu max,pauth-impdef=on,sve-max-vq=4 --rootfs qemu10 $brief \
	--append GUEST_CPU=host,sve=on "${GUEST_FILES[@]}" -- \
	"$st/sve" "$st/abi_sve" "$st/regs_preserved" "$RUN/host/qemu-guest 2 384"
# shellcheck disable=SC2086
host sve-2048 --kernel 6.12 --cpu max,pauth-impdef=on $brief -- "$st/sve" "$st/abi_sve"
# shellcheck disable=SC2086
host sve-v1 --kernel 6.1 --cpu neoverse-v1 $brief -- "$st/sve" "$st/abi_sve"
