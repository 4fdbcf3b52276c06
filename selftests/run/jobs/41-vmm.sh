# SPDX-License-Identifier: GPL-2.0-only
# Debian guests under the reference VMM.
. "$(dirname "$0")/../lib.sh"
guest_files
host vmm --kernel 6.12 --timeout 600 "${GUEST_FILES[@]}" -- \
	"$RUN/host/vmm-guest 4" "$RUN/host/vmm-guest 1 reboot"
