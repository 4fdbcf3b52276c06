# SPDX-License-Identifier: GPL-2.0-only
# Selftests of kernel 7.3 about ID registers, firmware and the dirty log's blocks, on
# that kernel, with huge pages.
# needs: 7.3 upstream-7.3
. "$(dirname "$0")/../lib.sh"
. "$RUN/upstream.sh"
cd "$TOP"
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
if [ "$HV" = keel ]; then built 7.3 || exit 0; fi
upstream 7.3 upstream-7.3 --append hugepages=32
upstream 7.3 upstream-7.3-n1 --cpu neoverse-n1 --nvhe --append hugepages=32
