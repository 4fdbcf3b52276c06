# SPDX-License-Identifier: GPL-2.0-only
# Memory tests with so few VMIDs that they roll over all the time, which a trace event tells.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
tracing=/sys/kernel/tracing
few() {
	host "$@" --kernel 6.12 --modparams vmid_bits=2 --append KEEL_BRIEF=4 --timeout 1200 -- \
		"mount -t tracefs tracefs $tracing && echo 1 >$tracing/events/keel/keel_vmid_rollover/enable" \
		"$TOP/build/selftests/mem_faults" "$TOP/build/selftests/mem_smp" \
		"$TOP/build/selftests/regs_preserved" \
		"grep -q 'keel_vmid_rollover: generation [0-9]' $tracing/trace"
}
few vmids
few vmids-nvhe --cpu neoverse-n1 --nvhe
