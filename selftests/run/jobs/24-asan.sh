# SPDX-License-Identifier: GPL-2.0-only
# The module's test programs on a kernel with KASAN and UBSAN.
. "$(dirname "$0")/../lib.sh"
. "$RUN/debug.sh"
debug_kernel asan
if [ "$HV" = keel ] && [ -e "$TOP/build/asan/keel.ko" ]; then
	expect "asan: load-failing builds" "$([ "$(uname -m)" = aarch64 ] || echo "$CROSS_COMPILE")gcc" \
		-O2 -Wall -Wextra -Werror -static -o "$TOP/build/check/load-failing" "$RUN/host/load-failing.c"
	HV=none host asan-allocations --kernel asan --no-logcheck --timeout 300 \
		--file "$TOP/build/selftests/smoke" --file "$TOP/build/check/load-failing" \
		--file "$TOP/build/asan/keel.ko" -- "$RUN/host/host-events allocations"
fi
