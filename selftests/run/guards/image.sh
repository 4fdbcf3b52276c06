# SPDX-License-Identifier: GPL-2.0-only
# The EL2 image's link refuses whatever would make it depend on where it
# lies or on the kernel, and the judge of the linked image finds the rest.

ldflags=$(sed -n 's/^image-ldflags := //p' "$TOP/Kbuild")
image_entry='asm(".globl keel_start, keel_host_vectors, keel_vectors; .align 11; "
	"keel_start: keel_host_vectors: keel_vectors: ret");'

# usage: image C-TEXT [CC-FLAG...]
image() {
	local text=$1
	shift
	echo "$text" >"$work/i.c"
	"$cc" -O2 -fno-pic -mcmodel=small -ffreestanding -fno-stack-protector -c "$@" -o "$work/i.o" "$work/i.c" || return 9
	# shellcheck disable=SC2086
	"${CROSS_COMPILE}ld" -EL $ldflags -T "$TOP/nvhe/el2/image.lds" -o "$work/i.elf" "$work/i.o"
}
# It does not link, and the linker says why. usage: refused WHY C-TEXT [CC-FLAG...]
refused() {
	local why=$1 said
	shift
	if said=$(image "$@" 2>&1); then return 1; fi
	echo "$said"
	grep -q -- "$why" <<<"$said"
}
judge_image() { "$TOP/tools/build/closed-image" "$work/$1.elf"; }

expect "guards: a closed image links" image "$image_entry int x; int f(void) { return ++x; }"
expect "guards: a closed image passes" judge_image i
expect "guards: an undefined symbol is refused" refused 'undefined reference' \
	"$image_entry void g(void); void f(void) { g(); }"
expect "guards: an absolute pointer is refused" refused 'absolute pointer' \
	"$image_entry int x; int *p = &x;"
expect "guards: a table of functions is refused" refused 'absolute pointer' \
	"$image_entry void g(void) {} void (*const t[])(void) = { g };"
expect "guards: an offset table is refused" refused 'global offset table' \
	"$image_entry extern int x[]; int *f(void) { return x; } int x[9];" -fPIC
for section in .altinstructions __jump_table __bug_table __ex_table .data..percpu .init.text; do
	case $section in .data..percpu) why='per-CPU data' ;; *) why=orphan ;; esac
	expect "guards: a section $section is refused" refused "$why" \
		"$image_entry int a __attribute__((section(\"$section\"))) = 1;"
done
expect "guards: vectors out of line are refused" refused 'out of line' \
	"${image_entry/keel_vectors: ret/nop; keel_vectors: ret}"

# What the link rules out by itself, made without its options and script.
# usage: plain NAME C-TEXT LD-OPTION...
plain() {
	echo "$2" >"$work/$1.c"
	"$cc" -O2 -fno-pic -c -o "$work/$1.o" "$work/$1.c"
	"${CROSS_COMPILE}ld" --no-warn-rwx-segments -e f -o "$work/$1.elf" "${@:3}" "$work/$1.o"
}
# usage: caught WHY NAME    the judge says so
caught() {
	local why=$1 said
	if said=$(judge_image "$2" 2>&1); then return 1; fi
	echo "$said"
	grep -q -- "$why" <<<"$said"
}
plain wx 'int x = 1; int f(void) { return ++x; }' -N -Ttext=0x400000
expect "guards: a segment written and executed is caught" caught 'written and executed' wx
plain odd 'int f(void) { return 1; }' -n -Ttext=0x400800
expect "guards: a segment that shares a page is caught" caught 'shares a page' odd
plain rel 'int x; int *p = &x; int f(void) { return *p; }' -pie --no-dynamic-linker
expect "guards: an image with relocations is caught" caught 'has relocations' rel
plain hole 'int g(void); int f(void) { return g(); }' -q --unresolved-symbols=ignore-all
expect "guards: an image with an undefined symbol is caught" caught 'undefined' hole
cp "$work/wx.o" "$work/o.elf"
expect "guards: an image not linked is caught" fails judge_image o
expect "guards: no image is no pass" fails judge_image none

# The judge of walks finds a register that is changed without the barrier before.
# usage: walks ASSEMBLY    of functions, each behind its label
walks() {
	echo "asm(\".globl f; .type f, @function; .type g, @function; $1\");" >"$work/k.c"
	"$cc" -c -o "$work/k.elf" "$work/k.c" && "$TOP/tools/build/walks-finished" "$work/k.elf"
}
write='msr tcr_el1, x0'
expect "guards: walks that are finished pass" walks "f: dsb nsh; $write; ret"
expect "guards: walks that are not are caught" fails walks "f: $write; dsb nsh; ret"
expect "guards: a barrier for stores is no end of walks" fails walks "f: dsb ishst; $write; ret"
expect "guards: nor is another function's" fails walks "f: dsb nsh; ret; g: $write; ret"
expect "guards: ... nor one before the guest ran" fails walks \
	"f: dsb nsh; bl keel_guest_enter; $write; ret; keel_guest_enter: ret"
expect "guards: ... but keel_el1_block()'s is" walks \
	"f: bl keel_el1_block; $write; ret; .globl keel_el1_block; keel_el1_block: dsb nsh; ret"
expect "guards: no write is no pass" fails walks "f: dsb nsh; ret"
