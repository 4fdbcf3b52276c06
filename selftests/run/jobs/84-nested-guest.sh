# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with EL2, which goes to EL1 and comes back on its way to user space, on two CPUs.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
guest_files 6.12
host nested-guest --kernel 6.12 --modparams "nested=1 abi=7.3" --timeout 1800 "${GUEST_FILES[@]}" \
	--file "$RUN/host/vmm-guest" -- "GUEST_VMM=--nested sh /t/vmm-guest 2"
