# SPDX-License-Identifier: GPL-2.0-only
# The module's test programs on a kernel with KASAN and UBSAN.
. "$(dirname "$0")/../lib.sh"
. "$RUN/debug.sh"
debug_kernel asan
