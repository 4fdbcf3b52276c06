# SPDX-License-Identifier: GPL-2.0-only
# A guest of Debian 12's kernel under its own QEMU 7.2, with little memory.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host qemu7 --kernel 6.12 --rootfs qemu7 --timeout 2400 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 1 64 virt,gic-version=3,its=off"
