# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with EL2, which goes to EL1 and comes back on its way to user space. It has a guest of its own with
# as many CPUs: two by its kernel's own KVM, then one by keel.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
guest() {
	local name=$1
	shift
	nested_files "$TOP/build/check/$name.gz" "$@"
	host "$name" --kernel 6.12 --mem 3G --modparams "nested=1 abi=7.3" --timeout 2400 "${GUEST_FILES[@]}" \
		--file "$RUN/host/vmm-guest" -- "GUEST_VMM=--nested GUEST_MEM=768M $OPTIONS sh /t/vmm-guest $CPUS nested"
}
OPTIONS= CPUS=2 guest nested-guest
CPUS=1 OPTIONS="NESTED_KEEL=1 GUEST_APPEND=\"\$GUEST_APPEND kvm-arm.mode=none\"" guest nested-keel "$TOP/build/6.12/keel.ko"
