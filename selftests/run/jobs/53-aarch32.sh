# SPDX-License-Identifier: GPL-2.0-only
# Debian's 32-bit kernel as a guest. QEMU asks for SVE whenever the CPU has it,
# even for vCPUs that are 32 bits wide.
. "$(dirname "$0")/../lib.sh"
"$TESTBED/fetch-armhf"
host armhf --kernel 6.12 --rootfs qemu10 --timeout 400 --each 300 \
	--cpu max,pauth-impdef=on,sve=off,sme=off \
	--file "$KEEL_CACHE/armhf/zImage:/t/Image" --file "$KEEL_CACHE/armhf/guest.gz:/t/guest.gz" \
	--file "$RUN/host/qemu-guest:/bin/qemu-guest" -- "$RUN/host/qemu-guest32"
