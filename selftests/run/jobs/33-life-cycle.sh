# SPDX-License-Identifier: GPL-2.0-only
# Many loads and unloads leave the kernel's books as they were.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
smoke=$TOP/build/selftests/smoke
while read -r k times nvhe; do
	# shellcheck disable=SC2086
	HV=none host "life-cycle-$k" --kernel $k $nvhe --timeout 1500 --file "$TOP/build/$k/keel.ko" \
		--file "$smoke" -- "$RUN/host/life-cycle $times /t/smoke"
done <<'END'
6.12	30
6.1	60	--nvhe
END
