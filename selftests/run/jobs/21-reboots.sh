# SPDX-License-Identifier: GPL-2.0-only
# A guest that reboots ten times in one virtual machine.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host reboots --kernel 6.12 --rootfs qemu10 --timeout 1000 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3 10 900"
