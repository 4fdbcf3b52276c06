# SPDX-License-Identifier: GPL-2.0-only
# Those of the kernel's own KVM selftests that are about the CPU and its GIC, on
# Armv8.0 hosts with a GICv3 and with a GICv2.
# needs: upstream
. "$(dirname "$0")/../lib.sh"
. "$RUN/upstream.sh"
upstream cpu upstream-a57 --cpu cortex-a57
upstream cpu upstream-a72 --cpu cortex-a72 --gic 2
