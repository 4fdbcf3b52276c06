# SPDX-License-Identifier: GPL-2.0-only
# The job failing at its full length: all of it on both debug kernels, under VHE with guests that have
# EL2 and under nVHE with a GICv2. Each call that can fail has failed at least once.
# needs: asan lock
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
cd "$TOP"
st=$TOP/build/selftests
expect "failing: load-failing builds" cross_build "$TOP/build/check/load-failing" "$RUN/host/load-failing.c"
load=(--file "$TOP/build/check/load-failing")
programs=("$st/fail_nth" "$st/fail_devices" "$st/fail_state")
for k in asan lock; do
	WHOLE_LENGTH=1 failing $k $k-vhe "${load[@]}" -- "/t/load-failing /t/keel.ko keel 200 nested=1" "insmod keel.ko nested=1" "${programs[@]}"
	WHOLE_LENGTH=1 failing $k $k-nvhe --nvhe --cpu neoverse-n1 "${load[@]}" -- "/t/load-failing /t/keel.ko keel 200" "insmod keel.ko" "${programs[@]}"
	WHOLE_LENGTH=1 failing $k $k-gic2 --cpu cortex-a72 --gic 2 "${load[@]}" -- "/t/load-failing /t/keel.ko keel 200" "insmod keel.ko" "${programs[@]}"
	expect "failing: $k: each call has failed" "$RUN/failing-sites" "build/check/failing-$k/keel.ko" \
		build/check/"$JOB"-failing-$k-{vhe,nvhe,gic2}/output.log
done
