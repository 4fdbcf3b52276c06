# SPDX-License-Identifier: GPL-2.0-only
# Memory tests with so few VMIDs that they roll over all the time.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
few() {
	host "$@" --kernel 6.12 --modparams vmid_bits=2 --append KEEL_BRIEF=1 --timeout 1200 -- \
		"$TOP/build/selftests/mem_faults" "$TOP/build/selftests/mem_smp" \
		"$TOP/build/selftests/regs_preserved"
}
few vmids
few vmids-nvhe --cpu neoverse-n1 --nvhe
