# SPDX-License-Identifier: GPL-2.0-only
# Hosts whose kernel runs at EL1: the module's own test programs, and guests
# under QEMU and the reference VMM.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
mapfile -t programs < <(selftest_programs)
if [ ${#programs[@]} = 0 ]; then echo "not ok - nvhe: none built"; exit 0; fi
host nvhe-n1-6.12 --kernel 6.12 --cpu neoverse-n1 --nvhe --timeout 1200 -- "${programs[@]}"
short=()
for p in abi_onereg aarch32 debug_user gic_lists mem_faults psci_smp regs_preserved run_exits teardown timer_user; do
	short+=("build/selftests/$p")
done
host nvhe-a57-6.1 --kernel 6.1 --cpu cortex-a57 --timeout 600 -- "${short[@]}"

mkdir -p build/vmm
if ! make -s -C tools/vmm OUT="$TOP/build/vmm" >build/check/nvhe-vmm-build.log 2>&1; then
	echo "not ok - nvhe: the reference VMM builds"
	exit 0
fi
guest=$("$TESTBED/make-guest")
host nvhe-guests --kernel 6.12 --nvhe --rootfs qemu10 --timeout 900 \
	--file build/vmm/keel-vmm --file "$KEEL_CACHE/kernel/6.12/Image" --file "$guest:/t/guest.gz" -- \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=2,kernel-irqchip=off" \
	"$RUN/host/qemu-guest 2 384 virt,gic-version=3" \
	"$RUN/host/vmm-guest 2"
