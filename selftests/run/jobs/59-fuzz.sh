# SPDX-License-Identifier: GPL-2.0-only
# Random calls and random guests, the same ones each time, on the debug kernels: make fuzz has
# other ones, for as long as one likes. Quick calls take four times as long with lockdep.
# needs: asan lock
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
cd "$TOP"
built asan || exit 0
built lock || exit 0
st=$TOP/build/selftests
# shellcheck disable=SC2086
host fuzz-asan --kernel asan $NO_KPTI --modparams "nested=1 debugfs=1" --append KEEL_BRIEF=15 --timeout 900 -- \
	"$st/fuzz_calls" "$st/fuzz_guest"
# shellcheck disable=SC2086
host fuzz-lock --kernel lock --nvhe $NO_KPTI --append KEEL_BRIEF=24 --timeout 900 -- \
	"$st/fuzz_calls -t \"random calls\"" "$st/fuzz_guest -t \"random commands\""
