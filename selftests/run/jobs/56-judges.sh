# SPDX-License-Identifier: GPL-2.0-only
# Rules of the architecture that emulation does not enforce: the judges in their
# short form, and a module with instructions missing that each of them has to
# find fault with. "make judges" has the long one.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then echo "ok - judges # SKIP they are about keel"; exit 0; fi
out=$TOP/build/check/judges judges='controls regime stage2 coherency'
rm -rf "$out"
mkdir -p "$out"
kind "judges" -- tools/judges/run
kind "judges" --cpu cortex-a57 -- tools/judges/run

tools/judges/run --brief --modes "vhe-max nvhe-a57" --judges "$judges" --out "$out" 2>"$out/log" | sed -E 's/^((not )?ok - )/\1judges: /' || true
tools/judges/run --brief --modes "vhe-max nvhe-a57" --judges controls --hv kvm --out "$out" >"$out/log-kvm" 2>&1 || true
tools/judges/compare tools/judges/controls.differs "$out" vhe-max-6.12 nvhe-a57-6.12 |
	sed -E 's/^((not )?ok - )/\1judges: /' || true

# NOP for TLBI VMALLE1IS; DC CIVAC; DSB NSH; MSR HSTR_EL2
mkdir "$out/broken"
perl -0777 -pe 's/\x1f\x83\x08\xd5|[\x20-\x3f]\x7e\x0b\xd5|\x9f\x37\x03\xd5|[\x60-\x7f]\x11\x1c\xd5/\x1f\x20\x03\xd5/g' \
	build/6.12/keel.ko >"$out/broken/keel.ko"
tools/judges/run --brief --modes nvhe-a57 --ko "$out/broken/keel.ko" --out "$out/broken" >"$out/broken/said" 2>&1 || true
cp "$out/controls-nvhe-a57-6.12-kvm" "$out/broken/"
tools/judges/compare tools/judges/controls.differs "$out/broken" nvhe-a57-6.12 >>"$out/broken/said" || true
for judge in $judges; do
	expect "judges: $judge finds missing instructions" grep -E "^not ok - $judge: (not in the list|nvhe-a57)" "$out/broken/said"
done
