# SPDX-License-Identifier: GPL-2.0-only
# The judges of the plan find circles of files, and names of what is not there.

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
