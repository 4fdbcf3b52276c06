# SPDX-License-Identifier: GPL-2.0-only
# The judges of the plan find circles of files, headers that reach upwards, what nobody uses,
# nouns that belong to two rooms, names of what is not there, state that no image carries, anchors
# that no list has, jobs on no page, prose that is too wide, and versions that disagree.

# usage: circle FILE:CALLEE-FILE...    rooms a/ and b/, each file with one function
circle() {
	local pair from to
	rm -rf "$work/plan"
	mkdir -p "$work/plan/a" "$work/plan/b"
	for pair; do
		from=${pair%:*} to=${pair#*:}
		echo "void f_${to//\//_}(void); void f_${from//\//_}(void) { f_${to//\//_}(); }" >"$work/plan/$from.c"
		"$cc" -O2 -c -o "$work/plan/$from.o" "$work/plan/$from.c"
	done
	"$TOP/tools/lint/circles" "$work/plan"
}
expect "guards: files that use one another one way pass" circle a/one:a/two a/two:b/three b/three:b/none
expect "guards: a small circle in a room passes" circle a/one:a/two a/two:a/one
expect "guards: a circle that crosses a room is caught" fails circle a/one:b/two b/two:a/one
expect "guards: a circle of six files is caught" fails \
	circle a/1:a/2 a/2:a/3 a/3:a/4 a/4:a/5 a/5:a/6 a/6:a/1
expect "guards: no objects are no pass" fails circle

# usage: owned FILE:NAME...    files of rooms, each with one name that leaves it
owned() {
	local pair file
	rm -rf "$work/plan"
	mkdir -p "$work/plan/a" "$work/plan/b" "$work/plan/hyp"
	for pair; do
		file=$work/plan/${pair%:*}
		echo "void keel_${pair#*:}(void) { }" >"$file.c"
		"$cc" -O2 -c -o "$file.o" "$file.c"
	done
	"$TOP/tools/lint/nouns" "$work/plan"
}
expect "guards: a noun of one room passes" owned a/one:thing_get a/two:thing_put b/thing_list:thing_list_get
expect "guards: a noun's half beside the guest passes" owned a/one:thing_get hyp/thing:thing_load
expect "guards: a noun of two rooms is caught" fails owned a/one:thing_get b/two:thing_put
expect "guards: no objects are no nouns" fails owned

# usage: naming COMMENT
naming() {
	rm -rf "$work/names"
	mkdir -p "$work/names/a"
	git -C "$work/names" init -q
	printf '/* %s */\nvoid keel_here(void);\n' "$1" >"$work/names/a/file.h"
	"$TOP/tools/lint/names" "$work/names"
}
expect "guards: a comment that names what is there passes" naming 'see a/file.h, file.h and keel_here()'
expect "guards: a comment that names a file that is not there is caught" fails naming 'see a/gone.h'
expect "guards: ... without its room" fails naming 'see gone.c'
expect "guards: a comment that names a function that is not there is caught" fails naming 'see keel_gone()'

# usage: wide FILE FORMAT    %s: a hundred columns
wide() {
	rm -rf "$work/wide"
	mkdir -p "$work/wide"
	printf "$2" "$(printf 'two %.0s' {1..25})" >"$work/wide/$1"
	"$TOP/tools/lint/width" "$work/wide"
}
expect "guards: code, tables and literal blocks may be wide" wide a.h 'int f(%s, %s);\n'
expect "guards: ... of a document" wide a.rst 'Like this::\n\n  %s %s\n\n'
expect "guards: a wide comment is caught" fails wide a.h '/* %s */\n'
expect "guards: ... beside code" fails wide a.c 'int a; /* %s */\n'
expect "guards: ... of a script" fails wide a.sh '# %s\n'
expect "guards: a wide line of a document is caught" fails wide a.rst '%smore\n'

# usage: layers TEXT-OF-LOW [TEXT-OF-PURE]     hyp/ below mmu/, both below core/objects.h
layers() {
	rm -rf "$work/layers"
	mkdir -p "$work/layers/"{Documentation,hyp,mmu,core}
	printf 'Layers\n======\n\nThe table::\n\n  3  hyp/*\n  4  mmu/*\n  5  core/objects.h\n\nMore.\n' \
		>"$work/layers/Documentation/architecture.rst"
	echo >"$work/layers/hyp/low.h"
	printf '/* pure: built and tested on the host */\n%s\n' "${2:-}" >"$work/layers/hyp/pure.h"
	echo "$1" >"$work/layers/mmu/low.h"
	echo '#include "../mmu/low.h"' >"$work/layers/core/objects.h"
	"$TOP/tools/lint/includes" "$work/layers"
}
expect "guards: a header that includes a lower one passes" layers '#include "../hyp/low.h"'
expect "guards: a header that includes a higher one is caught" fails layers '#include "../core/objects.h"'
expect "guards: a pure header that includes one that is not is caught" fails layers '' '#include "low.h"'
expect "guards: a circle of headers is caught" fails layers '#include "low.h"'
: >"$work/layers/mmu/low.h"
: >"$work/layers/core/more.h"
expect "guards: a header without a layer is caught" fails "$TOP/tools/lint/includes" "$work/layers"

# usage: users CODE    of a room with one function and one field
users() {
	rm -rf "$work/users"
	mkdir -p "$work/users/core"
	git -C "$work/users" init -q
	printf 'struct keel_a {\n\tint field;\n};\nint keel_a_get(struct keel_a *a);\n' >"$work/users/core/a.h"
	printf 'int keel_a_get(struct keel_a *a)\n{\n\ta->field = 1;\n}\n%s\n' "$1" >"$work/users/core/a.c"
	"$TOP/tools/lint/unused" "$work/users"
}
expect "guards: what is used passes" users 'void f(void) { return keel_a_get(a) + a->field; }'
expect "guards: a function that nobody calls is caught" fails users 'void f(void) { return a->field; }'
expect "guards: a field that nobody reads is caught" fails users 'void f(void) { return keel_a_get(a); }'

# A copy of the tree's sources with a line more.   usage: with_line LINT FILE LINE
with_line() {
	rm -rf "$work/tree"
	mkdir -p "$work/tree"
	(cd "$TOP" && cp -r --parents arch core hyp image mmu nested nvhe timer uapi vgic vhe \
		Documentation/{upgrade,testing}.rst selftests/run/jobs "$work/tree")
	[ -z "${2:-}" ] || echo "${3:-}" >>"$work/tree/$2"
	"$TOP/tools/lint/$1" "$work/tree"
}
member() { with_line image core/objects.h "" >/dev/null && sed -i 's/^struct keel_vm {/&\n\tint odd;/' "$work/tree/core/objects.h" &&
	"$TOP/tools/lint/image" "$work/tree"; }
expect "guards: the tree's image and its list pass" with_line image
expect "guards: a member that no section of an image has is caught" fails member
expect "guards: a member that is listed but gone is caught" fails with_line image image/fields "	gone	not state"
expect "guards: what the host points at passes as listed" with_line anchors
expect "guards: what the host points at and is not listed is caught" \
	fails with_line anchors core/odd.c "static const struct file_operations odd = { };"
expect "guards: jobs that are on the page pass" with_line jobs
expect "guards: a job on no page is caught" fails with_line jobs selftests/run/jobs/11-odd.sh
expect "guards: a job of the soak that its list has not is caught" fails with_line jobs selftests/run/jobs/88-vmm.sh

# A repository of version 1.2.3, tagged so.
# usage: versions FILE TEXT    FILE: has TEXT instead, or "tag"
versions() {
	local tag=v1.2.3
	rm -rf "$work/version"
	mkdir -p "$work/version/packaging/"{debian,arch,rpm}
	cd "$work/version"
	echo 1.2.3 >VERSION
	printf '## Unreleased\n\n## 1.2.3\n\n## 1.2.2\n' >CHANGELOG.md
	echo 'keel (1.2.3-1) unstable; urgency=medium' >packaging/debian/changelog
	echo pkgver=1.2.3 >packaging/arch/PKGBUILD
	echo 'Version:        1.2.3' >packaging/rpm/keel.spec
	case ${1:-} in tag) tag=$2 ;; ?*) echo "$2" >"$1" ;; esac
	git init -q
	git add -A
	git -c user.name=odd -c user.email=odd@odd.invalid -c commit.gpgsign=false commit -qm odd
	git -c user.name=odd -c user.email=odd@odd.invalid -c tag.gpgsign=false tag -a -m odd "$tag"
	"$TOP/tools/lint/version" .
}
expect "guards: one version everywhere passes" versions
expect "guards: a tag of another version is caught" fails versions tag v1.2.2
expect "guards: a version without its section of changes is caught" fails versions CHANGELOG.md '## 1.2.2'
expect "guards: a package of another version is caught" fails versions packaging/arch/PKGBUILD pkgver=1.2.2
expect "guards: a version that is none is caught" fails versions VERSION 1.2.3-more
cd "$TOP"
