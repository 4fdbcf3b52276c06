# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs, in one host.
. "$(dirname "$0")/../lib.sh"
mapfile -t programs < <(selftest_programs)
if [ ${#programs[@]} = 0 ]; then echo "not ok - kselftests: none built"; exit 0; fi
host kselftests-6.12 --kernel 6.12 --timeout 900 -- "${programs[@]}"
