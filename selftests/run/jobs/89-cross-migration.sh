# SPDX-License-Identifier: GPL-2.0-only
# A Linux guest under QEMU moves between hosts with the in-tree KVM and with keel, and
# back, ten times, on CPUs of both modes: its registers, interrupt controller with ITS,
# timers and memory as QEMU saves them.
# needs: 7.3
. "$(dirname "$0")/../lib.sh"
. "$RUN/migration.sh"
guest_files 6.1
HOPS=10
cross_migrate max
cross_migrate n1-nvhe --cpu neoverse-n1 --nvhe
cross_migrate a57 --cpu cortex-a57
if [ "$HV" = keel ]; then built 7.3 || exit 0; fi
LEVEL=7.3 HOPS=4
cross_migrate max-7.3 --kernel 7.3
cross_migrate n1-7.3-nvhe --kernel 7.3 --cpu neoverse-n1 --nvhe
