# SPDX-License-Identifier: GPL-2.0-only
# Memory tests with so few VMIDs that they roll over all the time.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
host vmids --kernel 6.12 --modparams vmid_bits=2 --timeout 300 -- \
	"$TOP/build/selftests/mem_faults" "$TOP/build/selftests/mem_smp" \
	"$TOP/build/selftests/regs_preserved"
