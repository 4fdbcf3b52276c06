# SPDX-License-Identifier: GPL-2.0-only
# The module's pure parts, for every value: proofs by CBMC. PROVE_ALL=1: also those that take long.
. "$(dirname "$0")/../lib.sh"
if "$TESTBED/make-cbmc" >/dev/null; then
	if [ -n "${PROVE_ALL:-}" ]; then "$TOP/selftests/prove/check"; else "$TOP/selftests/prove/check" --quick; fi
else
	echo "ok - prove # SKIP no cbmc to be had from the mirror"
fi
