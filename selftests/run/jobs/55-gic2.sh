# SPDX-License-Identifier: GPL-2.0-only
# A host with a GICv2: what of the module has to do with it, and guests that
# have one as well.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
mkdir -p build/vmm-gic2
make -s -C tools/vmm OUT="$TOP/build/vmm-gic2" >build/check/gic2-build.log 2>&1 ||
	echo "not ok - gic2: the VMM builds"
guest=$("$TESTBED/make-guest")
host gic2 --kernel 6.12 --gic 2 --rootfs qemu10 --timeout 600 --file build/vmm-gic2/keel-vmm \
	--file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	build/selftests/abi_vgic2 build/selftests/gic2_lists build/selftests/timer_user \
	"$RUN/host/qemu-guest 4 384 virt,gic-version=2" \
	"$RUN/host/vmm-guest 1"
