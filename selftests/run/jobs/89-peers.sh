# SPDX-License-Identifier: GPL-2.0-only
# What six exits take beside those of other hypervisors, Xen and the newest kernel's own KVM: less.
# needs: 7.3
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then exit 0; fi
out=$TOP/build/check/peers
ops="hypercall smccc-features id-register gic-mmio-read gic-mmio-write sgi-send"

# usage: takes PLACE HV OPERATION
takes() { awk -v op="$3" '$2 == op { printf "%d", $5 }' "$out/$1-${2//-/_}"; }

# usage: beside MODE:CPU PEER...
beside() {
	local place=${1/:/-} hv op ours theirs
	kind "peers" --cpu "${1#*:}" -- tools/bench/run
	if ! tools/bench/run --modes "$1" --hv keel --peer "${*:2}" --ops "$ops" --no-linux \
		--out "$out" >"$out.log" 2>&1; then
		echo "not ok - peers: $place runs"
		tail -n 15 "$out.log" | sed 's/^/#   /'
		return
	fi
	for hv in "${@:2}"; do
		for op in $ops; do
			ours=$(takes "$place" keel "$op") theirs=$(takes "$place" "$hv" "$op")
			expect "peers: $place $op: $ours, $hv ${theirs:-none}" \
				test "${ours:-none}" -lt "${theirs:-none}"
		done
	done
}

# In-tree KVM of 7.3 was not seen to get a first operation done on an emulated cortex-a57.
if lacks "peers: kvm-7.3" 7.3; then
	beside vhe:max xen
else
	kind "peers" --kernel 7.3 -- tools/bench/run
	beside vhe:max xen kvm-7.3
fi
beside nvhe:cortex-a57 xen
