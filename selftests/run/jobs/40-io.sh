# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with traffic: stress-ng on all CPUs beside disk and network. Networks that
# the host's kernel serves by itself (vhost-net) are in guests.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host io --kernel 6.12 --rootfs qemu10 --disk "$("$TESTBED/make-disk")" --timeout 2400 \
	"${GUEST_FILES[@]}" -- "$RUN/host/qemu-work 4"
