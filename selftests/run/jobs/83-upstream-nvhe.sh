# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own KVM selftests under nVHE.
# needs: upstream
. "$(dirname "$0")/../lib.sh"
. "$RUN/upstream.sh"
upstream upstream-nvhe --nvhe --cpu neoverse-n1
