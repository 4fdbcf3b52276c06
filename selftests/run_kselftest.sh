#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run selftests that were installed, here.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
list=$here/kselftest-list.txt

usage() {
	cat <<END
usage: ${0##*/} [OPTION...]     as root; without -c and -t all tests are run
  -l                        list the tests
  -c COLLECTION             run all tests of this collection; repeatable
  -t COLLECTION:TEST        run this test; repeatable
  -t COLLECTION:TEST:CASE   run this case of it ("COLLECTION/TEST -l" lists them)
  -o SECONDS                a test's limit, instead of that in its settings
  -s                        only results: what tests print goes to files in \$PWD/output
  -h                        this
END
}

wrong() {
	echo "${0##*/}: $*" >&2
	usage >&2
	exit 2
}

newline='
'
tests=
while getopts lc:t:o:sh option; do
	case $option in
	l) cat "$list"; exit ;;
	c) chosen=$(grep "^$OPTARG:" "$list") || wrong "no collection $OPTARG" ;;
	t)
		program=$(echo "$OPTARG" | cut -d: -f1,2) chosen=$OPTARG
		grep -qx "$program" "$list" || wrong "no test $program"
		;;
	o) export KSELFTEST_OVERRIDE_TIMEOUT="$OPTARG"; continue ;;
	s) mkdir -p output && export KSELFTEST_SUMMARY="$PWD/output"; continue ;;
	h) usage; exit ;;
	*) wrong "wrong option" ;;
	esac
	tests=$tests$chosen$newline
done
shift $((OPTIND - 1))
[ $# = 0 ] || wrong "$1?"
[ -n "$tests" ] || tests=$(cat "$list")$newline

# Names of cases have spaces, and no line ends.
status=0
IFS=$newline
set -f
for collection in $(printf %s "$tests" | cut -d: -f1 | sort -u); do
	cd "$here/$collection" || exit 2
	# shellcheck disable=SC2046
	"$here/kselftest/runner" "$collection" settings \
		$(printf %s "$tests" | sed -n "s,^$collection:,./,p") || status=1
done
exit $status
