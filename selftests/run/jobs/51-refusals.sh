# SPDX-License-Identifier: GPL-2.0-only
# Where it cannot work the module does not load, says why, and leaves the
# host as it was.
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
for k in 6.12 6.1; do
	ko="$TOP/build/$k/keel.ko"
	HV=kvm host "refusal $k-in-tree-active" --kernel $k --file "$ko" -- \
		"$RUN/host/refuses" "test -c /dev/kvm"
	HV=kvm host "refusal $k-in-tree-active-nvhe" --kernel $k --file "$ko" --cpu cortex-a72 --gic 2 -- \
		"$RUN/host/refuses" "test -c /dev/kvm"
	HV=none host "refusal $k-no-EL2" --kernel $k --file "$ko" \
		--el1 -- "$RUN/host/refuses"
done

# QEMU gives all CPUs of a machine the same model. What one can make to differ from
# within is the frequency that a CPU says its counter has.
cd "$TOP"
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
work=build/check/odd
mkdir -p "$work"
cp "$RUN/odd/"* "$work/"
expect "refusal: the module of an odd CPU builds" "$TOP/tools/build/quiet-build" \
	make -C "$KEEL_CACHE/kernel/6.12/build" M="$PWD/$work" modules
HV=none host "refusal 6.12-odd-CPU" --kernel 6.12 --cpus 3 --file build/6.12/keel.ko \
	--file "$work/odd_cpu.ko" --file build/selftests/smoke -- "insmod /t/odd_cpu.ko" "$RUN/host/refuses" \
	"dmesg | grep 'keel: CPU 2 differs'" "rmmod odd_cpu" "insmod /t/keel.ko" /t/smoke "rmmod keel"
