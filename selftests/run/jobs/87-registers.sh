# SPDX-License-Identifier: GPL-2.0-only
# What cross-registers does, with the in-tree KVM of 7.3 as well and on more hosts.
# needs: 7.3
. "$(dirname "$0")/../lib.sh"
. "$RUN/registers.sh"
cd "$TOP"
CROSS_KERNELS="6.12 7.3"
cross_build "$TOP/build/check/registers" -D_GNU_SOURCE -I"$TOP" "$RUN/host/registers.c" || exit 1
cross max
cross max-nvhe --nvhe
cross v1 --cpu neoverse-v1
cross n1 --cpu neoverse-n1
cross n1-nvhe --cpu neoverse-n1 --nvhe
cross a57 --cpu cortex-a57
