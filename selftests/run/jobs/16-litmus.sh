# SPDX-License-Identifier: GPL-2.0-only
# The memory orderings that the code relies on, against Arm's model.
. "$(dirname "$0")/../lib.sh"
if "$TESTBED/make-herd" >/dev/null; then
	"$TOP/selftests/litmus/check"
else
	echo "ok - litmus # SKIP no herd7 to be had from the mirror's later suites"
fi
