# SPDX-License-Identifier: GPL-2.0-only
# Debian guests with traffic: stress-ng on all CPUs beside disk and network, and
# networks that the host's kernel serves by itself (vhost-net).
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host io --kernel 6.12 --rootfs qemu10 --disk "$("$TESTBED/make-disk")" --timeout 2400 \
	"${GUEST_FILES[@]}" -- "$RUN/host/qemu-work 4" "$RUN/host/vhost-guest"
