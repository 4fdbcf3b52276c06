# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs on a host at EL1 that has VHE and hides it.
. "$(dirname "$0")/../lib.sh"
selftests brief nvhe-n1 --kernel 6.12 --cpu neoverse-n1 --nvhe
