# SPDX-License-Identifier: GPL-2.0-only
# What happens to a host while guests run: CPUs go and come, suspend, idle,
# reboot, kexec, panic; what the module leaves behind, loaded or refused. And hosts
# that describe themselves by ACPI. Each with VHE and without.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then exit 0; fi
work=build/check/host-events
programs=build/selftests
mkdir -p "$work"

# The same module under another name: as if two of them met.
leek() {
	LC_ALL=C sed 's/\(name=\)\?keel\x00/\1leek\x00/g' "build/$1/keel.ko" >"$work/leek-$1.ko"
}

# The device tree of the emulated host that run makes, to be changed.
# usage: tree FILE CPUS GIC
tree() {
	qemu-system-aarch64 -M "virt,virtualization=on,gic-version=$3,dumpdtb=$1" \
		-cpu max,pauth-impdef=on -smp "$2" -m 2G -nic none -display none \
		-monitor none -serial null -serial null >/dev/null 2>&1
}

# An idle state in which, for all that Linux knows, a CPU loses its registers.
add_idle() {
	local i phandle=0x7777
	fdtput -c "$1" /idle-states /idle-states/deep
	fdtput -t s "$1" /idle-states entry-method psci
	fdtput -t s "$1" /idle-states/deep compatible arm,idle-state
	fdtput -t x "$1" /idle-states/deep arm,psci-suspend-param 0x10000
	fdtput -t i "$1" /idle-states/deep entry-latency-us 1
	fdtput -t i "$1" /idle-states/deep exit-latency-us 1
	fdtput -t i "$1" /idle-states/deep min-residency-us 2
	fdtput -t x "$1" /idle-states/deep phandle $phandle
	for ((i = 0; i < $2; i++)); do
		fdtput -t x "$1" "/cpus/cpu@$i" cpu-idle-states $phandle
	done
}

expect "host-events: kexec builds" "$([ "$(uname -m)" = aarch64 ] || echo "$CROSS_COMPILE")gcc" -O2 -Wall -Wextra -Werror -static \
	-o "$work/kexec" "$RUN/host/kexec.c"

[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
cp "$RUN/idle/"* "$work/"
expect "host-events: the module of losses builds" "$TOP/tools/build/quiet-build" \
	make -C "$KEEL_CACHE/kernel/6.12/build" M="$PWD/$work" modules
for k in 6.12 6.1; do leek $k; done
files=(--file "$RUN/host/set-cpu" --file "$programs/busy" --file "$programs/smoke" --file "$programs/hotplug"
	--file "$programs/timer_user" --file "$work/kexec")
losses=(--file "$work/idle_loss.ko" --file "$work/early_idle.ko" --file "$programs/gic2_lists")
tree "$work/idle.dtb" 2 2 && add_idle "$work/idle.dtb" 2
tree "$work/no-timer.dtb" 2 3 && fdtput -t s "$work/no-timer.dtb" /timer \
	interrupt-names sec-phys phys none hyp-phys

# No LPA2: with it this kernel's own kexec_load() oopses, whether or not the module is loaded.
HV=none host "host-events 6.12" --kernel 6.12 --cpus 4 --timeout 900 --append keel_boot=0 \
	--cpu max,pauth-impdef=on,lpa2=off \
	--append retain_initrd "${files[@]}" --file build/6.12/keel.ko \
	--file "$work/leek-6.12.ko:/t/leek.ko" --file "$KEEL_CACHE/kernel/6.12/Image" -- \
	"$RUN/host/host-events nodes hotplug suspend restart"
HV=none host "host-events 6.1" --kernel 6.1 --timeout 900 "${files[@]}" \
	--file build/6.1/keel.ko --file "$work/leek-6.1.ko:/t/leek.ko" -- \
	"$RUN/host/host-events use reset"
HV=none host "host-events nvhe" --kernel 6.12 --nvhe --timeout 900 --append keel_boot=0 \
	--cpu max,pauth-impdef=on,lpa2=off \
	--append retain_initrd "${files[@]}" --file build/6.12/keel.ko \
	--file "$work/leek-6.12.ko:/t/leek.ko" --file "$KEEL_CACHE/kernel/6.12/Image" -- \
	"$RUN/host/host-events use hotplug suspend restart"
HV=none host "host-events nvhe-6.1" --kernel 6.1 --cpu cortex-a57 --timeout 900 "${files[@]}" \
	--file build/6.1/keel.ko -- "$RUN/host/host-events hotplug suspend reset"
# the panic is in the log
HV=none host "host-events crash" --kernel 6.12 --nvhe --no-logcheck --timeout 900 \
	--cpu max,pauth-impdef=on,lpa2=off --append crashkernel=512M --append keel_boot=0 \
	--append retain_initrd "${files[@]}" --file build/6.12/keel.ko \
	--file "$KEEL_CACHE/kernel/6.12/Image" -- "$RUN/host/host-events crash"
# A GICv3 would be told to sleep, from which the emulated one does not wake a CPU.
HV=none host "host-events idle" --kernel 6.12 --gic 2 --timeout 600 "${files[@]}" --qemu -dtb \
	--qemu "$work/idle.dtb" --file build/6.12/keel.ko "${losses[@]}" -- "$RUN/host/host-events idle"
HV=none host "host-events nvhe-idle" --kernel 6.12 --nvhe --gic 2 --timeout 600 "${files[@]}" --qemu -dtb \
	--qemu "$work/idle.dtb" --file build/6.12/keel.ko "${losses[@]}" -- "$RUN/host/host-events early idle"
for nvhe in '' --nvhe; do
	# shellcheck disable=SC2086
	HV=none host "host-events no-timer$nvhe" --kernel 6.12 $nvhe --timeout 400 --qemu -dtb \
		--qemu "$work/no-timer.dtb" --file build/6.12/keel.ko -- "$RUN/host/refuses"
done
# usage: acpi NAME INTERRUPTS GIC-PROGRAM RUN-OPTION...    the module has so many interrupts
acpi() {
	local name=$1 lines=$2 gic=$3
	shift 3
	host "$name" --kernel 6.12 "$@" --timeout 600 --append acpi=force --append KEEL_BRIEF=4 --qemu -bios \
		--qemu /usr/share/qemu-efi-aarch64/QEMU_EFI.fd -- "$programs/timer_user" "$programs/busy" \
		"grep -c 'keel vgic\|keel timer' /proc/interrupts | grep $lines" "$programs/$gic"
}
acpi "host-events acpi" 3 gic_lists
acpi "host-events acpi-nvhe" 2 gic2_lists --cpu cortex-a72 --gic 2
