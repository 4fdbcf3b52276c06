# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with a busy disk and network moves between two emulated hosts, one with the in-tree
# KVM and one with keel, while it runs, under VHE and nVHE. Two of the ways are postcopy.
. "$(dirname "$0")/../lib.sh"
. "$RUN/migration.sh"
cd "$TOP"
guest_files 6.1
HOPS=6 POSTCOPY="3 4"
live_migrate live --rootfs qemu10
HOPS=4
live_migrate live-nvhe --rootfs qemu10 --cpu neoverse-n1 --nvhe
