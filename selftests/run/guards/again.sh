# SPDX-License-Identifier: GPL-2.0-only
# A host that failed for want of time is repeated alone; what was wrong with it
# otherwise, or is wrong again, fails the check.

tree=$work/again
mkdir -p "$tree"/{selftests/run/jobs,tools/testbed}
cp "$RUN"/{check,lib.sh,within,ktap,matrix,upstream.sh} "$tree/selftests/run/"
cp "$TESTBED/lib.sh" "$tree/tools/testbed/"
install -m 755 /dev/null "$tree/tools/testbed/setup"
# What run leaves behind, once for each time it is run.
# usage: run ... --log DIR ... -- WAITED VERDICT RESULT
cat >"$tree/tools/testbed/run" <<'END'
#!/bin/bash
while [ "$1" != -- ]; do if [ "$1" = --log ]; then log=$2; fi; shift; done
shift
n=$(cat "$log.times" 2>/dev/null || echo 0)
echo $((n + 1)) >"$log.times"
shift $((n * 3))
echo "$1" >"$log/waited"
if [ -n "$2" ]; then echo "$2" >"$log/verdict"; else : >"$log/verdict"; fi
printf '@@ begin 1 ./p\n%s - a\n1..1\n@@ end 1 0\n@@ done\n' "$3" >"$log/output.log"
END
chmod +x "$tree/tools/testbed/run"

# usage: check_job SCRIPT ARG...    a check of one job, whose last command these are arguments of
check_job() {
	rm -rf "$tree/build"
	{ printf '. "$(dirname "$0")/../lib.sh"\n%s' "$1"; shift; printf ' %q' "$@"; } >"$tree/selftests/run/jobs/10-a.sh"
	KEEL_CACHE=$tree/cache "$tree/selftests/run/check" >"$tree/output" 2>&1
}
# usage: checks WAITED VERDICT RESULT [...]    of one host
checks() { check_job 'host h --' "$@"; }
said() { grep -q "$1" "$tree/output"; }
late="did not end within 9 s"
stall="kernel log: 4:[    2.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"

expect "guards: a check of a good host passes" checks 80 "" "ok 1"
expect "guards: a host that was late for want of CPUs and is well alone passes" checks 80 "$late" "not ok 1" 0 "" "ok 1"
expect "guards: ... its results count once" said "^2 passed, 0 failed"
expect "guards: ... and it is named" said "^# failed for want of time beside others, passed alone: 10-a-h"
expect "guards: ... with what failed" said "^# at first: not ok - h: p: a"
expect "guards: ... and its first log is kept" grep -q "$late" "$tree/build/check/10-a-h-first/verdict"
thrice='thrice() { AGAIN=1; for i in 1 2 3; do host h -- "$@"; done; }; thrice'
expect "guards: ... also where it is repeated more often" check_job "$thrice" 80 "" "ok 1" 70 "" "ok 1" 60 "" "ok 1"
expect "guards: ... that is, the very first" grep -qx 80 "$tree/build/check/10-a-h-first/waited"
# What a job judges behind host is the second run's, too; so is what it made before, here in
# $GUEST_FILES.
judges='judged() {
	local made=${GUEST_FILES[0]}
	host "$1" -- "${@:2}"
	if repeats "$1" judged "$@"; then return; fi
	expect "made" test -n "$made"
	expect "waited 0 %" test "$(cat "$TOP/build/check/$JOB-$1/waited")" = 0
}
GUEST_FILES=("a file")
judged h'
expect "guards: what is judged behind a good host is" check_job "$judges" 0 "" "ok 1"
expect "guards: ... by itself" fails check_job "$judges" 80 "" "ok 1"
expect "guards: what is judged behind a host that is repeated is so with it" check_job "$judges" 80 "$late" "ok 1" 0 "" "ok 1"
expect "guards: ... once" said "^4 passed, 0 failed"
expect "guards: ... and fails with it" fails check_job "$judges" 80 "$late" "ok 1" 5 "" "ok 1"
expect "guards: ... once" said "^3 passed, 1 failed"
expect "guards: a host that is late alone as well fails" fails checks 80 "$late" "ok 1" 80 "$late" "ok 1"
expect "guards: ... by its second run only" said "^1 passed, 1 failed"
expect "guards: a repeated host that is wrong otherwise fails" fails checks 80 "$late" "ok 1" 0 "" "not ok 1"
expect "guards: a host that had its CPUs and was late fails" fails checks 10 "$late" "ok 1" 0 "" "ok 1"
expect "guards: a warning is no want of time" fails checks 80 "kernel log: WARNING: a.c:1" "ok 1" 0 "" "ok 1"
expect "guards: a warning beside lateness is none either" fails checks 80 "$late"$'\n'"kernel log: WARNING: a.c:1" "ok 1" 0 "" "ok 1"
expect "guards: a case that fails is no want of time" fails checks 80 "" "not ok 1" 0 "" "ok 1"
expect "guards: ... nor is its limit where there were CPUs" fails checks 10 "" $'# not done within 30 s\nnot ok 1' 0 "" "ok 1"
expect "guards: a case that was ended at its limit is" checks 80 "" $'# not done within 30 s\nnot ok 1' 0 "" "ok 1"
expect "guards: a program that was killed in its midst is" checks 80 "" \
	$'ok 1 - b\n@@ end 1 137\n@@ begin 2 ./q\nok 1' 0 "" "ok 1"
expect "guards: ... not one that ended otherwise" fails checks 80 "" \
	$'ok 1 - b\n@@ end 1 139\n@@ begin 2 ./q\nok 1' 0 "" "ok 1"
expect "guards: a CPU that did not come at boot is" checks 80 "did not have all CPUs within the kernel's limit" "not ok 1" 0 "" "ok 1"
expect "guards: ... but not beside one that is wrong" fails \
	checks 80 "" $'# not done within 30 s\nnot ok 2 - b\n# a is 1, want 2\nnot ok 1' 0 "" "ok 1"
expect "guards: a stall on a busy machine is" checks 80 "$stall" "ok 1" 0 "" "ok 1"
expect "guards: ... with its backtraces" checks 80 "$stall"$'\n5:[    2.000000] Call trace:' "ok 1" 0 "" "ok 1"
expect "guards: ... but not beside a warning, be it the last of many lines" fails checks 80 \
	"$stall"$'\n'"$(seq -f '%g:Call trace:' 40)"$'\n'"99:WARNING: a.c:1" "ok 1" 0 "" "ok 1"
expect "guards: a backtrace by itself is not" fails checks 80 "kernel log: 5:Call trace:" "ok 1" 0 "" "ok 1"
expect "guards: ... nor one beside lateness in a line of something else" fails checks 80 \
	"$late"$'\n'"kernel log: 5:BUG: install: Call trace:" "ok 1" 0 "" "ok 1"
expect "guards: a stall with CPUs at hand is not" fails checks 10 "$stall" "ok 1" 0 "" "ok 1"

# within's parent is the lane
killer='lane=$(ps -o ppid= -p $PPID); [ "$(ps -o comm= -p $lane)" = bash ] && kill -9 $lane; true'
expect "guards: a check whose lane is killed fails" fails check_job "$killer"
expect "guards: ... and says whose results are missing" said "^not ok - 10-a: no results"
expect "guards: ... and comes to its end" said "^0 passed, 1 failed"

# What a hypervisor below takes is taken from a CPU, not from all of them together.
cpu_times() { printf 'cpu  1 1 1 1 1 1 1 %s 0 0\ncpu0 1 1 1 1 1 1 1 %s 0 0\ncpu1 1 1 1 1 1 1 1 %s 0 0\nintr 9\n' "$@"; }
cpu_times 9100 9000 100 >"$tree/was"
cpu_times 10150 9050 1100 >"$tree/is"
expect "guards: stolen time is that of the CPU that lost most" test "$(stolen "$tree/was" "$tree/is")" = 10
expect "guards: ... none where none was" test "$(stolen "$tree/was" "$tree/was")" = 0

# A program of another suite that did not run is repeated only where its host was late and
# nothing else.   usage: upstream_is VERDICT GOT
upstream_is() {
	local dir=$TOP/build/check/guard-up-keel
	mkdir -p "$dir"
	printf '%s\n' "$1" >"$dir/verdict"
	printf 'not ok - up-keel: slow -a 1: ended with 137\n' >"$TOP/build/check/up-keel.txt"
	(. "$RUN/upstream.sh"; JOB=guard hasty up "$2" "$3")
}
expect "guards: what a late host did not come to is repeated" upstream_is "$late" "slow -a 1" ""
expect "guards: ... so it is where the host has stalled" upstream_is "$stall"$'\n5:Call trace:' "slow -a 1" ""
expect "guards: ... not if its kernel warned" fails upstream_is "$late"$'\n'"kernel log: WARNING: a.c:1" "slow -a 1" ""
expect "guards: ... nor what a good host did not come to" fails upstream_is "" "slow -a 1" ""
expect "guards: what was killed at its limit is repeated" upstream_is "" "slow -a 1" "fail"
expect "guards: ... not the same with other arguments" fails upstream_is "" "slow -a 2" "fail"
# Its host's own line is judged, but where it was cut off before a program.
# usage: cut_off VERDICT PROGRAM-DONE...
cut_off() {
	local dir=$TOP/build/check/guard-up-keel
	mkdir -p "$dir"
	printf '%s\n' "$1" >"$dir/verdict"
	printf '%s|ok\n' "host ends" slow fast >"$TOP/build/check/up.want"
	shift
	printf '%s|ok\n' "$@" >"$TOP/build/check/up.got"
	(. "$RUN/upstream.sh"; JOB=guard has_missing up)
}
expect "guards: a host that was cut off has programs that it did not come to" cut_off "$late" fast
expect "guards: ... and is judged where it has none" fails cut_off "$late" fast slow
expect "guards: ... and where it stalled" fails cut_off "kernel log: watchdog: BUG: soft lockup - CPU#0 stuck for 22s!" fast
rm -f "$TOP/build/check/up.want" "$TOP/build/check/up.got"
rm -rf "$TOP/build/check/guard-up-keel" "$TOP/build/check/up-keel.txt"

# What a program of another suite comes to alone: in-tree first, then on keel each time it is tried
# there, with what is behind a % of its host. Passes without a "not ok".
# usage: alone PROGRAM IN-TREE KEEL...
alone() {
	local program=$1
	shift
	printf '%s\n' "$@" >"$tree/verdicts"
	(
		TOP=$tree TESTBED=$tree/tools/testbed JOB=guard
		. "$RUN/upstream.sh"
		verdicts() {
			head -n 1 "$tree/verdicts" | sed -E "s/%|\$/ - up-$1: $program\n/"
			sed -i 1d "$tree/verdicts"
		}
		upstream_alone up "$program" --kernel 6.12
	) >"$tree/output" 2>&1
	! grep '^not ok' "$tree/output" && grep -q '^ok' "$tree/output"
}
left() { test "$(wc -l <"$tree/verdicts")" = "$1"; }
mkdir -p "$tree/build/check"
install -m 755 /dev/null "$tree/tools/testbed/build-upstream"
expect "guards: a program that asserts times passes by one of three runs alone" alone "steal_time" ok "not ok" "not ok" ok
expect "guards: ... not by the fourth" fails alone "steal_time" ok "not ok" "not ok" "not ok" ok
expect "guards: ... nor goes on when it has passed" alone "steal_time" ok ok "not ok"
expect "guards: ... that is, it did not" left 1
expect "guards: ... nor when its kernel warned" fails alone "steal_time" ok "not ok%not ok - up-keel: host: kernel log: WARNING: a.c:1" ok
expect "guards: ... that is, it did not" left 1
expect "guards: ... and that fails beside a pass" fails alone "steal_time" ok "ok%not ok - up-keel: host: kernel log: WARNING: a.c:1"
expect "guards: one that neither hypervisor came to fails" fails alone "slow -a 1" "" ""
expect "guards: another program has one run" fails alone "slow -a 1" ok "not ok" ok
expect "guards: ... that is, it had" left 1

# The in-tree verdicts that others are held against.   usage: reference_of HOST...
reference_of() {
	rm -rf "$tree/cache"
	printf '%s\n' "$@" >"$tree/verdicts"
	(
		TOP=$tree JOB=guard KEEL_CACHE=$tree/cache
		. "$RUN/upstream.sh"
		verdicts() {
			head -n 1 "$tree/verdicts" | sed 's/$/ - up-kvm: host/'
			sed -i 1d "$tree/verdicts"
		}
		refer up --kernel 6.12
	)
}
expect "guards: a reference run that fails is repeated" reference_of "not ok" ok
expect "guards: ... once" fails reference_of "not ok" "not ok" ok
rm -rf "$tree/build/check"

# The limit of a job.
expect "guards: a command that ends in time passes" "$RUN/within" 60 true
expect "guards: ... and its failure is its own" fails "$RUN/within" 60 false
status=0; "$RUN/within" 1 bash -c 'sleep 300 & echo $! >'"$tree/child"'; wait' || status=$?
expect "guards: one that does not is ended" test $status = 124
ended() {
	local i
	for ((i = 0; i < 600; i++)); do
		grep -q '^State:[[:space:]]*[RSDTtI]' "/proc/$1/status" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}
expect "guards: ... with its children" ended "$(cat "$tree/child")"
