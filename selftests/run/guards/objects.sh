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
expect "guards: a register that nobody accesses is caught" fails fenced \
	"$proper void f(void) { asm volatile(\"msr s3_4_c14_c0_6, x3\"); }"
expect "guards: ... and read" fails fenced "$proper void f(void) { asm volatile(\"mrs x0, s3_4_c14_c0_6\" ::: \"x0\"); }"
expect "guards: a missing access is caught" fails fenced "${proper/PAR/}"
echo 'no object' >"$work/f.o"
expect "guards: what is no object is no pass" fails "$TOP/tools/build/guarded-registers" "$work/f.o"

# The judge of instructions that no emulated CPU misses: each of them gone is caught.
declare -A unseen_in
unseen_in[both]='	dsb nshst
	isb
	mrs x0, isr_el1
	dmb sy
	bl keel_guest_enter
	msr s3_4_c10_c5_0, x0
	msr s3_4_c10_c5_0, x1
	msr s3_4_c10_c4_0, x0
	msr s3_4_c10_c4_0, x1
	msr mdccint_el1, x0
	msr mdccint_el1, x1
	mrs x0, mdccint_el1
	mrs x1, mdccint_el1
	tlbi alle1
	dsb nsh
	isb
	tlbi alle1
	dsb nsh
	isb'
unseen_in[fenced]='	dmb sy
	mrs x0, par_el1
	dmb sy
	dsb nsh
	msr hcr_el2, x0
	isb
	tlbi vale2is, x0
	dsb ish'
unseen_in[module]='	dsb nshld
	mrs x0, s3_0_c10_c5_1
	msr s3_5_c10_c5_0, x0
	mrs x0, s3_0_c9_c10_7
	mrs x0, s3_0_c0_c4_2
	msr s3_5_c9_c9_0, xzr
	msr daifclr, #3
	isb
	msr daifset, #3
	bl keel_stage2_make_coherent
	bl memcpy
	dc civac, x0
	dsb sy
	bl keel_vhe_vgic_enter
	isb'
# in another function
unseen_in[inplace]='	bl keel_vhe_vgic_enter
	isb'
# with pseudo-NMI: by a call, in the function that enters a guest, and by HVC
unseen_in[nmi]='	msr daifset, #15
	dsb sy'
unseen_in[nmi_hvc]='	msr daifset, #15
	dsb sy'
unseen_in[image]='	msr s3_0_c9_c10_0, xzr
	msr s3_0_c9_c9_0, x0
	msr s3_0_c9_c11_0, xzr
	msr s3_0_c1_c2_1, xzr
	msr s3_0_c1_c2_1, x0
	msr s2_1_c9_c0_0, xzr
	msr s2_1_c9_c0_0, x0
	psb csync
	tsb csync
	tsb csync
	tsb csync'
# usage: unseen_object NAME OF
unseen_object() {
	local nmi= hvc= inplace=
	if [ "$2" = module ]; then inplace=${part[inplace]} nmi=${part[nmi]/%dsb sy/.rept 8; nop; .endr; dsb sy} hvc=${part[nmi_hvc]}; fi
	printf '.arch armv8.4-a+profile\nf:\n%s\n%s\ng:\n%s\nh:\n%s\nk:\n%s\nm:\n%s\n' "$nmi" "${part[both]}" "${part[fenced]}" \
		"${part[$2]}" "$hvc" "$inplace" >"$work/$1.S"
	"$cc" -c -o "$work/$1.o" "$work/$1.S"
}
# usage: unseen [OF LINE]    both objects, without that line
unseen() {
	local -A part
	local of
	for of in "${!unseen_in[@]}"; do part[$of]=${unseen_in[$of]}; done
	if [ $# = 2 ]; then part[$1]=$(sed "$2d" <<<"${part[$1]}"); fi
	part[inplace]=${part[inplace]}$unseen_more
	unseen_object u image && unseen_object v module &&
		"$TOP/tools/build/unseen-instructions" "$work/v.o" "$work/u.o" nmi
}
each_unseen() {
	local of i
	for of in "${!unseen_in[@]}"; do
		for i in $(seq "$(wc -l <<<"${unseen_in[$of]}")"); do
			if unseen "$of" "$i" >/dev/null; then echo "line $i of $of"; return 1; fi
		done
	done
}
unseen_more=
expect "guards: objects with every instruction pass" unseen
expect "guards: each instruction that is missing is caught" each_unseen
unseen_more=$'\nn:\n\tbl keel_vhe_vgic_enter'
expect "guards: list registers that one function of three does not read back are caught" fails unseen

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
