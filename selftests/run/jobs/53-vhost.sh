# SPDX-License-Identifier: GPL-2.0-only
# A guest whose networks the host's kernel serves by itself (vhost-net).
. "$(dirname "$0")/../lib.sh"
guest=$("$TESTBED/make-guest")
host vhost --kernel 6.12 --rootfs qemu10 --timeout 600 \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- "$RUN/host/vhost-guest"
