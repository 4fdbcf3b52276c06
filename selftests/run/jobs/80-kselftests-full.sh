# SPDX-License-Identifier: GPL-2.0-only
# The module's own test programs: on the older stock kernel, but for the decoder's; on the
# newer one as often as each does what it does; and all of them on a host at EL1.
. "$(dirname "$0")/../lib.sh"
EXCEPT="nisv.*" selftests brief kselftests-6.1 --kernel 6.1
selftests kselftests-full --kernel 6.12
selftests kselftests-full-nvhe --kernel 6.12 --cpu neoverse-n1 --nvhe
