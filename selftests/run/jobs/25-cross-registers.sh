# SPDX-License-Identifier: GPL-2.0-only
# The registers of a vCPU as the in-tree KVM of 6.12 lists them, and as keel does at
# that level (parameter abi) on the same host: the same ones with the same values and
# masks, but for what registers.differs names, and each side takes the other's. More
# hosts, and 7.3: registers.
. "$(dirname "$0")/../lib.sh"
. "$RUN/registers.sh"
cd "$TOP"
CROSS_KERNELS=6.12
cross_build "$TOP/build/check/registers" -D_GNU_SOURCE -I"$TOP" "$RUN/host/registers.c" || exit 1
cross max
cross n1-nvhe --cpu neoverse-n1 --nvhe
cross a57 --cpu cortex-a57
