# SPDX-License-Identifier: GPL-2.0-only
# The judge of world-switch objects finds every kind of instrumentation.

echo 'int g(int *); int f(int i) { int a[16]; g(a); return a[i & 15] << i; }' >"$work/a.c"
cc=${CROSS_COMPILE}gcc
judge() { "$TOP/tools/build/uninstrumented" "$work/a.o"; }

"$cc" -O2 -fno-stack-protector -c -o "$work/a.o" "$work/a.c"
expect "guards: a plain object passes" judge
for flag in -pg -fpatchable-function-entry=2 -fstack-protector-all \
	-fsanitize=kernel-address -fsanitize=shift -fsanitize-coverage=trace-pc \
	-fsanitize=thread; do
	"$cc" -O2 -fno-stack-protector $flag -c -o "$work/a.o" "$work/a.c"
	expect "guards: an object built with $flag is caught" fails judge
done
expect "guards: no objects is no pass" fails "$TOP/tools/build/uninstrumented"

# The judge of fenced registers finds an access that is elsewhere, and one that is nowhere.
# usage: fenced C-TEXT    accesses in functions of that name
fenced() {
	echo "#define PAR asm volatile(\"mrs x0, par_el1\" ::: \"x0\")
		#define HCR asm volatile(\"msr hcr_el2, x0\")
		$1" >"$work/f.c"
	"$cc" -O2 -c -o "$work/f.o" "$work/f.c" && "$TOP/tools/build/guarded-registers" "$work/f.o"
}
proper='void keel_guarded_read_par(void) { PAR; } void keel_guarded_write_hcr(void) { HCR; }'
expect "guards: fenced registers pass" fenced "$proper void f(void) { asm volatile(\"mrs x0, hcr_el2\" ::: \"x0\"); }"
expect "guards: a read of PAR_EL1 elsewhere is caught" fails fenced "$proper void f(void) { PAR; }"
expect "guards: a write of HCR_EL2 elsewhere is caught" fails fenced "$proper void f(void) { HCR; }"
expect "guards: ... by its encoding too" fails fenced \
	"$proper void f(void) { asm volatile(\"msr s3_4_c1_c1_0, x3\"); }"
expect "guards: ... and in the other's function" fails fenced \
	"void keel_guarded_read_par(void) { PAR; HCR; } void keel_guarded_write_hcr(void) { HCR; }"
expect "guards: a missing access is caught" fails fenced "${proper/PAR/}"
echo 'no object' >"$work/f.o"
expect "guards: what is no object is no pass" fails "$TOP/tools/build/guarded-registers" "$work/f.o"

# The judge of what is asked of the kernel finds what is not exported and what is not listed.
printf '0x1\tone\tvmlinux\tEXPORT_SYMBOL\t\n0x2\ttwo\tvmlinux\tEXPORT_SYMBOL_GPL\t\n0x3\tthree\tvmlinux\tEXPORT_SYMBOL\t\n' >"$work/symvers"
printf '# a comment\none\ntwo  # why\nfour\n' >"$work/symbols"
# usage: asking CALLEE...
asking() {
	echo 'int none;' >"$work/s.c"
	for c; do echo "void $c(void); void f_$c(void) { $c(); }"; done >>"$work/s.c"
	"$cc" -O2 -c -o "$work/s.o" "$work/s.c" && "$TOP/tools/build/symbols" "$work/symbols" "$work/symvers" "$work/s.o"
}
expect "guards: symbols that are exported and listed pass" asking one two
expect "guards: a symbol that is not in the list is caught" fails asking one three
expect "guards: a symbol that is not exported is caught" fails asking two four
expect "guards: a module without symbols is no pass" fails asking
