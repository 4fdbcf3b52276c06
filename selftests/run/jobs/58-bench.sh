# SPDX-License-Identifier: GPL-2.0-only
# What the hypervisor executes for an exit, counted: not more than the budget.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then echo "ok - bench # SKIP the budget is keel's"; exit 0; fi
out=$TOP/build/check/bench budget=tools/bench/budget
kind "bench" -- tools/bench/run
kind "bench" --cpu cortex-a57 -- tools/bench/run
if ! tools/bench/run --modes "vhe:max nvhe:cortex-a57" --hv keel --no-linux --out "$out" >"$out.log" 2>&1; then
	echo "not ok - bench: runs"
	tail -n 15 "$out.log" | sed 's/^/#   /'
	exit 0
fi
counts=("$out/vhe-max-keel" "$out/nvhe-cortex-a57-keel")
tools/bench/report budget $budget "${counts[@]}" | sed -E 's/^((not )?ok - )/\1bench: /' || true
# A budget that is exceeded is found out, and so is what was not measured.
sed -E 's/^(vhe-max hypercall ).*/\150/' $budget >"$out/tight"
expect "bench: a figure over its budget is caught" \
	bash -c "! tools/bench/report budget '$out/tight' ${counts[*]@Q}"
echo "vhe-max no-such-operation 100" >"$out/more"
expect "bench: a missing figure is caught" \
	bash -c "! tools/bench/report budget '$out/more' ${counts[*]@Q}"
