# SPDX-License-Identifier: GPL-2.0-only
# Two hundred loads and unloads leave the kernel's books as they were.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
quick=$TOP/build/selftests/${QUICK:-run_exits}
while read -r k nvhe; do
	files=(--file "$TOP/build/$k/keel.ko") program=
	if [ -x "$quick" ]; then files+=(--file "$quick"); program="/t/${quick##*/}"; fi
	# shellcheck disable=SC2086
	HV=none host "life-cycle-$k" --kernel $k $nvhe --timeout 500 "${files[@]}" -- \
		"$RUN/host/life-cycle 200 $program"
done <<'END'
6.12
6.1	--nvhe
END
