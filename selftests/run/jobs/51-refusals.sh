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

# Firmware that enters the kernel at EL1: HVC is undefined there, or somebody else's
# call, and both CPUs go on without either.
cd "$TOP"
work=build/check/refusals
mkdir -p "$work"
# usage: entered_at_el1 NAME CPU [DEFINE]
entered_at_el1() {
	local out=$work/$1
	expect "refusal: firmware that enters at EL1 builds ($1)" sh -c "
		${CROSS_COMPILE}gcc -nostdlib -c ${3:-} -o $out.o $RUN/el3/firmware.S &&
		${CROSS_COMPILE}objcopy -O binary -j .text $out.o $out.bin"
	HV=none host "refusal 6.12-$1" --kernel 6.12 --cpu "$2" --firmware "$out.bin" --timeout 400 \
		--file build/6.12/keel.ko -- "$RUN/host/refuses" \
		"dmesg | grep 'keel: the kernel was not entered at EL2'" "dmesg | grep 'CPU(s) started at EL1'" \
		"! grep -w keel /proc/modules /proc/interrupts" "taskset 1 sleep 0.1 && taskset 2 sleep 0.1"
}
entered_at_el1 HVC-undefined cortex-a57
entered_at_el1 HVC-foreign neoverse-n1 -DRESIDENT

# QEMU gives all CPUs of a machine the same model. What can be made to differ from
# within is the frequency that a CPU says its counter has, under VHE, and the model that
# EL1 reads, under nVHE.
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
cp "$RUN/odd/"* "$work/"
expect "refusal: the module of an odd CPU builds" "$TOP/tools/build/quiet-build" \
	make -C "$KEEL_CACHE/kernel/6.12/build" M="$PWD/$work" modules
HV=none host "refusal 6.12-odd-CPU" --kernel 6.12 --cpus 3 --file build/6.12/keel.ko \
	--file "$work/odd_cpu.ko" --file build/selftests/smoke -- "insmod /t/odd_cpu.ko" "$RUN/host/refuses" \
	"dmesg | grep 'keel: CPU 2 differs'" "rmmod odd_cpu" "insmod /t/keel.ko" /t/smoke "rmmod keel"
HV=none host "refusal 6.12-odd-models" --kernel 6.12 --cpus 3 --cpu cortex-a53 --timeout 900 \
	--file build/6.12/keel.ko --file "$work/odd_cpu.ko" --file build/selftests/smoke \
	--file build/selftests/gic_stress --file build/selftests/cpu_models --file "$RUN/host/set-cpu" -- "$RUN/host/odd-cpus"
HV=none host "refusal 6.12-odd-vectors" --kernel 6.12 --nvhe --cpus 3 --cpu max,pauth-impdef=on,sve-max-vq=4 \
	--timeout 900 --append KEEL_BRIEF=4 --file build/6.12/keel.ko --file "$work/odd_cpu.ko" \
	--file build/selftests/sve --file build/selftests/abi_sve --file "$RUN/host/set-cpu" -- "$RUN/host/odd-vectors"
HV=none host "refusal 6.12-odd-PMU" --kernel 6.12 --cpus 3 --file build/6.12/keel.ko --file "$work/odd_cpu.ko" \
	--file build/selftests/pmu -- "insmod /t/odd_cpu.ko pmu=1" "insmod /t/keel.ko" \
	"/t/pmu -t 'CPUs with other PMUs'" "! /t/pmu -t 'CPUs with other PMUs' | grep SKIP" "rmmod keel" "rmmod odd_cpu"
