# SPDX-License-Identifier: GPL-2.0-only
# A Linux guest under QEMU moves between hosts with the in-tree KVM and with keel, and
# back, ten times, on CPUs of both modes: its registers, interrupt controller with ITS,
# timers and memory as QEMU saves them. And between keel on 6.12 and on 7.3, with the newest QEMU.
# needs: 7.3 rootfs-qemu11
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
# registers and calls are the level's, whatever the kernel is; the in-tree KVM's are not
if [ "$HV" != keel ]; then exit 0; fi
HOST_A=("$HV" --kernel 6.12) HOST_B=("$HV" --kernel 7.3) HOPS=2
cross_migrate kernels --rootfs qemu11
