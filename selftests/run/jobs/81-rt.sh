# SPDX-License-Identifier: GPL-2.0-only
# Debian 13's kernel with PREEMPT_RT, where most locks sleep: a Linux guest, and
# those of the module's programs that have most to do with locks, timers and
# interrupts. With VHE and without. Of those that count exits (fast_*) what is about timers: what
# takes other locks is not served on the spot there.
# needs: 6.12-rt
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
built 6.12-rt || exit 0
asks 6.12-rt
work=build/check/rt
mkdir -p $work
cp "$RUN/rcu/rcu_tasks.c" $work/
echo 'obj-m := rcu_tasks.o' >$work/Kbuild
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
expect "rt: the module rcu_tasks builds" tools/build/quiet-build tools/build/for 6.12-rt make \
	-C "$KEEL_CACHE/kernel/6.12-rt/build" M="$PWD/$work" modules
guest_files 6.1
st=$TOP/build/selftests
while read -r name options; do
	el2=
	# without it a host that has none to give would skip them
	if [ "$name" = rt ]; then el2="KEEL_EL2=1 "; fi
	# shellcheck disable=SC2086
	host "$name" --kernel 6.12-rt $options --rootfs qemu10 --timeout 600 --append KEEL_BRIEF=4 \
		"${GUEST_FILES[@]}" --file "$st/nested_smp" --file "$st/nested_inplace" --file $work/rcu_tasks.ko \
		-- "$RUN/host/qemu-guest 2 384" \
		"$st/run_exits" "$st/gic_lists" "$st/gic_stress" "$st/abi_its" "$st/its_commands" "$st/its_save" "$st/its_load" "$st/timer_edge" \
		"$st/psci_smp" "$st/mem_smp" "$st/hotplug" "$st/rcu_tasks" \
		"$el2/t/nested_smp" "$el2/t/nested_inplace" "$st/fast_events -t 'timers go off without an exit'"
done <<'END'
rt		--modparams nested=1
rt-nvhe		--nvhe --cpu neoverse-n1
END
