# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs on a host at EL1 that has VHE and hides it: those that
# the job lock does not run there.
. "$(dirname "$0")/../lib.sh"
ONLY="$REGISTERS|gic_stress|timer_edge" selftests brief nvhe-n1 --kernel 6.12 --cpu neoverse-n1 --nvhe
