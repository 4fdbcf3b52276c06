# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs on the newer stock kernel.
. "$(dirname "$0")/../lib.sh"
selftests brief kselftests-6.12 --kernel 6.12
