# SPDX-License-Identifier: GPL-2.0-only
# The module's pure parts, for every value: proofs by CBMC.
. "$(dirname "$0")/../lib.sh"
if "$TESTBED/make-cbmc" >/dev/null; then
	"$TOP/selftests/prove/check"
else
	echo "ok - prove # SKIP no cbmc to be had from the mirror"
fi
