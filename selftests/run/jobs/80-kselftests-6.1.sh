# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs on the older stock kernel, but for the decoder's.
. "$(dirname "$0")/../lib.sh"
EXCEPT="nisv.*" selftests brief kselftests-6.1 --kernel 6.1
