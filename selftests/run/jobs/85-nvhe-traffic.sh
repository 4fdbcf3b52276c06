# SPDX-License-Identifier: GPL-2.0-only
# Debian guests on an Armv8.0 host with a GICv3, under QEMU 10: what the job io does under
# VHE, networks of the host's kernel, and guests that reboot.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host nvhe-traffic --kernel 6.12 --cpu cortex-a57 --rootfs qemu10 --disk "$("$TESTBED/make-disk")" \
	--timeout 1500 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-work 4" "$RUN/host/vhost-guest" "$RUN/host/vmm-guest 1 reboot" \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3 1"
