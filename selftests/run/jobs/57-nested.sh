# SPDX-License-Identifier: GPL-2.0-only
# Guests with EL2, with few VMIDs; then at a level that has no such thing.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
bin=$TOP/build/selftests
host nested --kernel 6.12 --modparams "nested=1 abi=7.3 vmid_bits=2" --file "$bin/nested" --file "$bin/nested_user" \
	--file "$bin/nested_below" -- "KEEL_EL2=1 /t/nested" "KEEL_EL2=1 /t/nested_user" "KEEL_EL2=1 /t/nested_below" \
	"echo 6.12 >/sys/module/keel/parameters/abi" /t/nested
