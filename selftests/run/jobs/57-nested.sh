# SPDX-License-Identifier: GPL-2.0-only
# Guests with EL2, and guests of theirs, with few VMIDs; then at a level that has no such thing. And
# keel as the hypervisor of a guest.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
all=(nested nested_returns nested_el1 nested_stage2 nested_memory nested_gic
	nested_state nested_user nested_below nested_smp nested_inplace)
files=() programs=()
for p in "${all[@]}"; do
	files+=(--file "$TOP/build/selftests/$p")
	programs+=("KEEL_EL2=1 /t/$p")
done
host nested --kernel 6.12 --modparams "nested=1 abi=7.3 vmid_bits=2" "${files[@]}" -- \
	"${programs[@]}" "echo 6.12 >/sys/module/keel/parameters/abi" /t/nested
CPUS=1 nested_guest nested-keel 6.12 --small "$TOP/build/6.12/keel.ko" "$TOP"/build/selftests/{smoke,gic_lists}
