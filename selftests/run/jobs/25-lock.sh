# SPDX-License-Identifier: GPL-2.0-only
# The module's test programs on a kernel with lockdep and kmemleak.
. "$(dirname "$0")/../lib.sh"
. "$RUN/debug.sh"
debug_kernel lock
