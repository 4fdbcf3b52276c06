# SPDX-License-Identifier: GPL-2.0-only
# What else QEMU does with a guest: stop, debug, migrate, boot firmware.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
mkdir -p build/check
expect "qemu-tools: gdb-client builds" "$([ "$(uname -m)" = aarch64 ] || echo "$CROSS_COMPILE")gcc" \
	-O2 -Wall -Wextra -Werror -static -o build/check/gdb-client "$RUN/host/gdb-client.c"
guest=$("$TESTBED/make-guest")
host qemu-tools --kernel 6.12 --rootfs qemu10 --timeout 900 \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" \
	--file build/check/gdb-client --file /usr/share/qemu-efi-aarch64/QEMU_EFI.fd -- \
	"$RUN/host/qemu-tools debug migrate firmware"
