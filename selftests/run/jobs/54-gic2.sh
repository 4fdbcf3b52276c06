# SPDX-License-Identifier: GPL-2.0-only
# A VHE host with a GICv2: what of the module has to do with it, and a guest; then a
# GICv2 in software, whose timer the host's driver ends.
. "$(dirname "$0")/../lib.sh"
guest_files 6.1
host gic2 --kernel 6.12 --gic 2 --timeout 1500 "${GUEST_FILES[@]}" -- \
	"$TOP/build/selftests/abi_vgic2" "$TOP/build/selftests/gic2_lists" \
	"$TOP/build/selftests/timer_user" "$RUN/host/vmm-guest 1" \
	"[ ! -e /sys/module/keel ] || echo soft >/sys/module/keel/parameters/gicv2" "$TOP/build/selftests/gic2_lists"

# What the host makes active in the GIC has to be so before a guest that could end
# it is entered: each write of GICD_ISACTIVER<n> is followed by a read. The trace
# stays where one is not.
read_back() {
	awk '/ at 0x000003[0-7]/ && !/write/ { open = 0; next }
	     open { print "not read back before: " $0; bad = 1; exit }
	     / at 0x000003[0-7]/ { n++; open = 1 }
	     END {
		if (open && !bad)
			print "the last one is not read back"
		print n + 0 " written"
		exit bad || open || !n
	     }' "$1" && rm -f "$1"
}
one_cpu() {
	local trace=$TOP/build/check/gic2.trace
	host gic2-one-cpu --kernel 6.12 --gic 2 --cpus 1 --qemu -D --qemu "$trace" \
		--qemu -trace --qemu gic_dist_write --qemu -trace --qemu gic_dist_read -- \
		"$TOP/build/selftests/gic2_lists"
	if repeats gic2-one-cpu one_cpu; then return; fi
	if [ "$HV" = keel ]; then expect "gic2-one-cpu: what is made active is read back" read_back "$trace"; else rm -f "$trace"; fi
}
one_cpu
