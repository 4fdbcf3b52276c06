# SPDX-License-Identifier: GPL-2.0-only
# Two hundred loads and unloads leave the kernel's books as they were.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
for k in 6.12 6.1; do
	quick=$TOP/build/selftests/${QUICK:-run_exits} files=(--file "$TOP/build/$k/keel.ko")
	program=
	if [ -x "$quick" ]; then files+=(--file "$quick"); program="/t/${quick##*/}"; fi
	HV=none host "life-cycle-$k" --kernel $k --timeout 400 "${files[@]}" -- \
		"$RUN/host/life-cycle 200 $program"
done
HV=none host "life-cycle-nvhe" --kernel 6.1 --nvhe --timeout 400 "${files[@]}" -- \
	"$RUN/host/life-cycle 200 $program"
