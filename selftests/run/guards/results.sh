# SPDX-License-Identifier: GPL-2.0-only
# Results that are wrong or missing are not taken for passes.

ktap() { printf '%b' "$1" | "$RUN/ktap"; }
count() { [ "$(ktap "$1" | grep -c "^$2")" = "$3" ]; }

b='@@ begin 1 ./p\n' e='@@ end 1 0\n@@ done\n'
expect "guards: a passing program passes" ktap "${b}ok 1 - a\nok 2 - b\n1..2\n$e"
expect "guards: each case is counted" count "${b}ok 1 - a\nok 2 - b\n1..2\n$e" 'ok - p: ' 2
expect "guards: a failing case is caught" fails ktap "${b}not ok 1 - a\n1..1\n$e"
expect "guards: a missing case is caught" fails ktap "${b}1..2\nok 1 - a\n$e"
expect "guards: a missing plan is caught" fails ktap "${b}ok 1 - a\n$e"
expect "guards: a bad exit is caught" fails ktap "${b}1..1\nok 1 - a\n@@ end 1 139\n@@ done\n"
expect "guards: a bad exit without KTAP is caught" fails ktap "${b}hello\n@@ end 1 1\n@@ done\n"
expect "guards: a program that never ended is caught" fails ktap "${b}1..1\nok 1 - a\n"
expect "guards: a host that ran nothing is caught" fails ktap "@@ host\n@@ done\n"
expect "guards: a module that does not load is caught" fails ktap "${b}$e@@ insmod-failed keel.ko\n"
expect "guards: a skipped program is a skip" count "${b}no\n@@ end 1 4\n@@ done\n" 'ok - p.*# SKIP' 1

mkdir "$work/none"
echo "no such machine" >"$work/none/run.log"
not_started() { host_results some "$work/none" | grep -c '^not ok'; }
expect "guards: a host that did not start is caught" test "$(not_started)" = 1

# A kernel that the mirror lacks is a skip with its name; one that cannot be had is none.
mkdir -p "$work/bed" build/check
printf '#!/bin/sh\ncase $1 in no-such) exit 4;; bad) exit 1;; esac\n' >"$work/bed/kernel"
chmod +x "$work/bed/kernel"
without() (TESTBED=$work/bed; build "$1" >/dev/null 2>&1; "${@:2}" "$1" | grep -cE '^ok .* # SKIP .* no-such ')
try_host() { host "guards-none" --cpus 1 --kernel "$1" -- "true"; }
expect "guards: a host whose kernel the mirror lacks is a skip" without no-such try_host
expect "guards: ... and the module for it" without no-such built
expect "guards: ... but not one that cannot be fetched" fails without bad built
rm -f build/check/lacks-no-such build/check/built-bad

warns() { "$TOP/tools/build/quiet-build" echo "a.c:1:2: warning: sparse says no"; }
expect "guards: a build that warns fails" fails warns
expect "guards: a build that fails fails" fails "$TOP/tools/build/quiet-build" false
expect "guards: a quiet build passes" "$TOP/tools/build/quiet-build" true

# A host that hangs, and one whose kernel crashes.
hang() { "$TESTBED/run" --hv none --timeout 15 --quiet -- "sleep 1000"; }
status=0; hang >/dev/null 2>&1 || status=$?
expect "guards: a host that hangs is ended and fails" test $status = 124
crash() { "$TESTBED/run" --hv none --timeout 600 --quiet -- "echo c >/proc/sysrq-trigger"; }
status=0; crash >/dev/null 2>&1 || status=$?
expect "guards: a host that crashes fails" test $status = 1
