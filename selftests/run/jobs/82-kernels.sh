# SPDX-License-Identifier: GPL-2.0-only
# Newer kernels than that of the other jobs: Debian 13's stock one, and the newest.
# The module is built for them; part of the programs runs on each, on the newest
# under VHE and nVHE with a Linux guest and with rubbish in host calls.
# needs: 6.12-trixie 7.3
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then exit 0; fi
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
for k in 6.12-trixie 7.3; do
	built $k || continue
	asks $k
done
work=build/check/kernels
mkdir -p $work
cp "$RUN/el2/el2_calls.c" $work/
printf '%s\n' 'obj-m := el2_calls.o' 'ccflags-y += -I$(KEEL_TOP)' >$work/Kbuild
lacks "kernels: the module of rubbish builds" 7.3 || expect "kernels: the module of rubbish builds" tools/build/quiet-build tools/build/for 7.3 make \
	-C "$KEEL_CACHE/kernel/7.3/build" M="$PWD/$work" KEEL_TOP="$TOP" modules
guest_files 6.1
st=$TOP/build/selftests
options=(--timeout 600 --append KEEL_BRIEF=4)
host kernel-6.12-trixie --kernel 6.12-trixie --cpu cortex-a57 "${options[@]}" -- \
	"$st/run_exits" "$st/gic_lists" "$st/mem_smp"
host kernel-7.3 --kernel 7.3 "${options[@]}" --rootfs qemu10 "${GUEST_FILES[@]}" -- \
	"$RUN/host/qemu-guest 2 384" "$st/run_exits" "$st/abi_vgic" "$st/abi_irqfd" "$st/fast_exits" "$st/fast_events" \
	"$st/gic_lists" "$st/timer_edge" "$st/mem_faults" "$st/mem_smp" "$st/mem_uffd" "$st/rseq" "$st/sve"
host kernel-7.3-nvhe --kernel 7.3 --cpu neoverse-n1 --nvhe "${options[@]}" --file $work/el2_calls.ko -- \
	"insmod /t/el2_calls.ko" "rmmod el2_calls" "$st/run_exits" "$st/gic_lists" "$st/fast_exits" "$st/psci_smp"
