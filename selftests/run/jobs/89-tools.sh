# SPDX-License-Identifier: GPL-2.0-only
# What others bring: Debian's trace-cmd, perf and bpftrace on the host, and a Debian with a
# compiler, which builds some of the selftests there and runs them (make -C selftests run_tests).
# needs: rootfs-tracers rootfs-bpftrace rootfs-compiler
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
host tracers --kernel 6.12 --rootfs tracers --timeout 900 --file build/selftests/run_exits \
	--file build/selftests/host_samples -- "$RUN/host/tracers run_exits host_samples"
host bpftrace --kernel 6.12 --rootfs bpftrace --timeout 900 --file build/selftests/exit_counts \
	--file tools/examples/exits.bt -- "$RUN/host/bpftrace exit_counts exits.bt"
tree=$TOP/build/check/tree.tar
tar --exclude=./build --exclude=./.git -cf "$tree" .
host native --kernel 6.12 --rootfs compiler --mem 3G --timeout 1800 --file "$tree" -- \
	"$RUN/host/native kvm smoke run_exits abi_vcpu -- vfio_edu" \
	"$RUN/host/native unit test_mmio_data test_irqline"
