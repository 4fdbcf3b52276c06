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
	"${CROSS_COMPILE}ld" -EL $ldflags -T "$TOP/nvhe/image.lds" -o "$work/i.elf" "$work/i.o"
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

# What the linker script rules out by itself, made without it.
image "$image_entry int x = 1;" >/dev/null 2>&1
"${CROSS_COMPILE}ld" -EL -N -e keel_start -o "$work/w.elf" "$work/i.o"
expect "guards: a segment written and executed is caught" fails judge_image w
echo 'void g(void); void f(void) { g(); } int x; int *p = &x;' >"$work/i.c"
"$cc" -O2 -c -o "$work/i.o" "$work/i.c"
cp "$work/i.o" "$work/o.elf"
expect "guards: an image not linked is caught" fails judge_image o
expect "guards: no image is no pass" fails judge_image none
