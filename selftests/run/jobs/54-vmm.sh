# SPDX-License-Identifier: GPL-2.0-only
# Debian guests under the reference VMM.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
mkdir -p build/vmm
if ! make -s -C tools/vmm OUT="$TOP/build/vmm" >build/check/vmm-build.log 2>&1; then
	echo "not ok - vmm: builds"
	tail -n 15 build/check/vmm-build.log | sed 's/^/#   /'
	exit 0
fi
guest=$("$TESTBED/make-guest")
host vmm --kernel 6.12 --timeout 600 --file build/vmm/keel-vmm \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	"$RUN/host/vmm-guest 1" "$RUN/host/vmm-guest 4" "$RUN/host/vmm-guest 2 reboot"
