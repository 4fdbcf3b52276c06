# SPDX-License-Identifier: GPL-2.0-only
# Guests of Debian 12's kernel under QEMU 10: one that reboots in one virtual
# machine (ten times: guests), one with four CPUs and 3 GiB (eight: guests).
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host reboots --kernel 6.12 --rootfs qemu10 --mem 4G --timeout 2400 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 256 virt,gic-version=3 1" "$RUN/host/qemu-guest 4 3G virt,gic-version=3 0 600"
