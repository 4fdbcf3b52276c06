# SPDX-License-Identifier: GPL-2.0-only
# Compiler and sparse warnings, headers that stand alone, and world-switch
# code without instrumentation, for both stock kernels.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
build=$TOP/tools/build
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64

for k in 6.12 6.1; do
	"$TESTBED/kernel" $k
	kdir=$KEEL_CACHE/kernel/$k/build
	# From scratch: a warning is printed only when its file is compiled.
	rm -rf "build/lint-$k"
	expect "lint: $k builds with W=1 and sparse, no warnings" \
		"$build/quiet-build" "$build/module" lint-$k "$kdir" -j2 W=1 C=2
	expect "lint: $k headers compile alone" \
		"$build/quiet-build" "$build/headers" $k "$kdir" -j2
	expect "lint: $k world-switch code is not instrumented" \
		"$build/uninstrumented" \
		$(find "build/lint-$k" \( -path '*/hyp/*.o' -o -path '*/vhe/*.o' -o -name '*.nvhe.o' \) ! -name '.*')
	expect "lint: $k EL2 image is closed" "$build/closed-image" "build/lint-$k/nvhe/image.elf"
done

bad=
for f in $(find . \( -path ./build -o -path ./.git \) -prune -o -type f \
	\( -name '*.[chS]' -o -name '*.sh' -o -name Makefile -o -name Kbuild \) -print); do
	head -3 "$f" | grep -q 'SPDX-License-Identifier:' || bad="$bad $f"
done
expect "lint: every source names its licence" test -z "$bad"
[ -z "$bad" ] || echo "#  $bad"
