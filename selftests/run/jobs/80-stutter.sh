# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs on hosts whose CPUs stand still at any moment.
. "$(dirname "$0")/../lib.sh"
selftests brief stutter --kernel 6.12 --stutter 1
selftests brief stutter-nvhe --kernel 6.1 --cpu cortex-a57 --stutter 2
