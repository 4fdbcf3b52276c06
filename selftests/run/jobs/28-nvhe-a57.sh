# SPDX-License-Identifier: GPL-2.0-only
# A host of Armv8.0 with a GICv3 and the older kernel: Debian guests under
# QEMU 7.2, which reboots, and the reference VMM, and the module's own test programs.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
# shellcheck disable=SC2086
EXCEPT="nisv32|nisv_race" selftests brief nvhe-a57 --kernel 6.1 --cpu cortex-a57 $NO_KPTI --rootfs qemu7 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 64 virt,gic-version=3,its=off 1" "$RUN/host/vmm-guest 1"
