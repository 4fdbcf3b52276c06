# SPDX-License-Identifier: GPL-2.0-only
# Compiler and, for the newer, sparse warnings, headers that stand alone, world-switch code
# without instrumentation, and what is asked of the kernel, for both stock kernels.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
build=$TOP/tools/build
[ "$(uname -m)" = aarch64 ] || export ARCH=arm64

for k in 6.12 6.1; do
	# the whole check has built it so already
	[ -e "build/check/built-$k" ] || build_strictly $k || true
	expect "lint: $k builds with W=1 (6.12: and sparse), no warnings" \
		bash -c "cat build/check/built-$k && ! test -s build/check/built-$k"
	closed $k
	asks $k
done
expect "lint: no circle of files crosses a room, or is large" "$TOP/tools/lint/circles" build/6.12
expect "lint: a noun belongs to one room" "$TOP/tools/lint/nouns" build/6.12
expect "lint: no header includes one of a higher layer" "$TOP/tools/lint/includes"
expect "lint: nothing is there that nobody uses" "$TOP/tools/lint/unused"
expect "lint: comments and documents name what is there" "$TOP/tools/lint/names"
expect "lint: prose is at most 100 columns wide" "$TOP/tools/lint/width"
expect "lint: a VM's image has all of its state" "$TOP/tools/lint/image"
expect "lint: all that names keel's version names the same" "$TOP/tools/lint/version"
expect "lint: each job is in Documentation/testing.rst" "$TOP/tools/lint/jobs"
expect "lint: what the host points at is listed" "$TOP/tools/lint/anchors"
"$TESTBED/setup" python3-sphinx
expect "lint: the documentation builds without warnings" make -s htmldocs
expect "lint: headers compile alone" \
	"$build/quiet-build" "$build/headers" 6.12 "$KEEL_CACHE/kernel/6.12/build" -j2

expect "lint: no marks of a merge" \
	bash -c "! grep -rInE '^(<<<<<<<|>>>>>>>)( |\$)' --exclude-dir=build --exclude-dir=.git ."
bad=
for f in $(find . \( -path ./build -o -path ./.git \) -prune -o -type f \
	\( -name '*.[chS]' -o -name '*.sh' -o -name Makefile -o -name Kbuild \) -print); do
	head -3 "$f" | grep -q 'SPDX-License-Identifier:' || bad="$bad $f"
done
expect "lint: every source names its licence" test -z "$bad"
[ -z "$bad" ] || echo "#  $bad"
