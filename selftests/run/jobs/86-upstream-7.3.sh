# SPDX-License-Identifier: GPL-2.0-only
# Selftests of kernel 7.3 about ID registers, firmware and the dirty log's blocks, on
# that kernel, with huge pages; and those about the CPU and its GIC in guests that have EL2, where
# its library starts them then.
# needs: 7.3 upstream-7.3
. "$(dirname "$0")/../lib.sh"
. "$RUN/upstream.sh"
cd "$TOP"
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
if [ "$HV" = keel ]; then built 7.3 || exit 0; fi
upstream 7.3 upstream-7.3 --append hugepages=32
upstream 7.3 upstream-7.3-n1 --cpu neoverse-n1 --nvhe --append hugepages=32
if [ "$HV" = keel ]; then
	upstream el2 upstream-7.3-el2 --modparams nested=1 --append kvm-arm.mode=nested --append hugepages=32
fi
