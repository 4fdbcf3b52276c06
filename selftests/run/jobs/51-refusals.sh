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
