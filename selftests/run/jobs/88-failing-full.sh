# SPDX-License-Identifier: GPL-2.0-only
# The job failing at its full length: all of it on both debug kernels, under VHE with guests that
# have EL2 and under nVHE with a GICv2. Each call that can fail has failed at least once.
# needs: asan lock
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
cd "$TOP"
expect "failing: load-failing builds" cross_build "$TOP/build/check/load-failing" "$RUN/host/load-failing.c"

# All hosts of one kernel, and whether between them each call has failed.   usage: all_sites KERNEL
all_sites() {
	local k=$1 n WHOLE_LENGTH=1 st=$TOP/build/selftests loader=$TOP/build/check/load-failing
	local programs=("$st/fail_nth" "$st/fail_devices" "$st/fail_its" \
		"$st/fail_commands" "$st/fail_state")
	failing "$k" "$k-vhe" --file "$loader" -- "/t/load-failing /t/keel.ko keel 200 nested=1" \
		"insmod keel.ko nested=1" "${programs[@]}"
	failing "$k" "$k-nvhe" --nvhe --cpu neoverse-n1 --file "$loader" -- \
		"/t/load-failing /t/keel.ko keel 200" "insmod keel.ko" "${programs[@]}"
	failing "$k" "$k-gic2" --cpu cortex-a72 --gic 2 --file "$loader" -- \
		"/t/load-failing /t/keel.ko keel 200" "insmod keel.ko" "${programs[@]}"
	for n in vhe nvhe gic2; do
		if repeats "failing-$k-$n" all_sites "$k"; then return; fi
	done
	expect "failing: $k: each call has failed" "$RUN/failing-sites" \
		"build/check/$JOB-modules-$k/keel.ko" \
		build/check/"$JOB"-failing-"$k"-{vhe,nvhe,gic2}/output.log
}
all_sites asan
all_sites lock
