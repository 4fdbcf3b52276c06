# SPDX-License-Identifier: GPL-2.0-only
# Debian 13's libvirt on keel: what virt-host-validate says is what it says on the in-tree
# KVM, and a domain lives through what virsh can do with it. Under VHE and nVHE.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
guest_files 6.1

# usage: said NAME    the lines of virt-host-validate
said() { sed -n 's/^validate: //p' "$TOP/build/check/$JOB-$1/output.log"; }

# usage: libvirt NAME OPTION...
libvirt() {
	local name=$1
	shift
	HV=kvm host "$name-kvm" "${options[@]}" "$@" "${GUEST_FILES[@]}" -- "$RUN/host/libvirt-guest validate"
	if [ "$HV" = kvm ]; then return; fi
	host "$name" "${options[@]}" "$@" "${GUEST_FILES[@]}" -- "$RUN/host/libvirt-guest validate life"
	# which of the two is to be had again, is with the other
	if repeats "$name" libvirt "$name" "$@" || repeats "$name-kvm" libvirt "$name" "$@"; then return; fi
	expect "$name: virt-host-validate says what it says on the in-tree KVM" \
		diff <(said "$name-kvm") <(said "$name")
}
options=(--kernel 6.12 --rootfs libvirt --mem 3G --timeout 1500)
libvirt libvirt
libvirt libvirt-nvhe --cpu neoverse-n1 --nvhe
