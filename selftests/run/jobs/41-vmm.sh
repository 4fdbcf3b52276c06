# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest under the reference VMM.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host vmm --kernel 6.12 --timeout 600 "${GUEST_FILES[@]}" -- \
	"$RUN/host/vmm-guest 4"
