# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with EL2, which goes to EL1 and comes back on its way to user space. It has a guest
# of its own with as many CPUs, by its kernel's own KVM, and by keel, on which some of the test
# programs run before that.
# needs: 7.3
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
st=$TOP/build/selftests
CPUS=2 nested_guest nested-guest 6.12
CPUS=1 nested_guest nested-keel-1 6.12 "$TOP/build/6.12/keel.ko" "$st/smoke"
CPUS=2 nested_guest nested-keel 6.12 "$TOP/build/6.12/keel.ko" \
	"$st"/{smoke,regs_preserved,timer_edge,gic_lists,mem_log,psci_smp,rights}
# other kernels at EL2
CPUS=1 nested_guest nested-6.1 6.1
CPUS=1 nested_guest nested-7.3 7.3
