# SPDX-License-Identifier: GPL-2.0-only
# A host with firmware at EL3 that watches what comes to it while a guest runs.

# usage: watched NAME CPU [RUN-OPTION...] -- PROGRAM...
watched() {
	local name=$1 cpu=$2 log=$TOP/build/check/${JOB:-job}-$1 fw=$TOP/build/check/$1-at-el2
	shift 2
	expect "$name: firmware that enters at EL2 builds" sh -c "
		${CROSS_COMPILE}gcc -nostdlib -c -DAT_EL2 -o $fw.o $RUN/el3/firmware.S &&
		${CROSS_COMPILE}objcopy -O binary -j .text $fw.o $fw.bin"
	host "$name" --cpu "$cpu" --firmware "$fw.bin" --append KEEL_BRIEF=4 "$@"
	if repeats "$name" watched "$name" "$cpu" "$@"; then return; fi
	expect "$name: no SMC of a guest's has come to EL3" grep -q 'firmware: no SMC' "$log/console.log"
}
