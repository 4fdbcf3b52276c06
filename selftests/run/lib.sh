# SPDX-License-Identifier: GPL-2.0-only
# Shared by the check jobs.

. "$(dirname "${BASH_SOURCE[0]}")/../../tools/testbed/lib.sh"
RUN=$TOP/selftests/run
HV=${HV:-keel}
export HV

# Report one result. usage: result STATUS WHAT...
result() {
	local status=$1
	shift
	if [ "$status" = 0 ]; then echo "ok - $*"; else echo "not ok - $*"; fi
}

# Run a command as one case; show the end of its output when it fails.
# usage: expect WHAT COMMAND [ARG...]
expect() {
	local what=$1 status=0 output
	shift
	output=$("$@" 2>&1) || status=$?
	result $status "$what"
	if [ $status != 0 ]; then tail -n 20 <<<"$output" | sed 's/^/#   /'; fi
	return 0
}

# Boot an emulated host and list the results of what ran in it, and the
# host's own: that it ended in time and with a clean kernel log.
# usage: host NAME RUN-OPTION... -- PROGRAM...    (WHOLE=1: see ktap)
host() {
	local name=$1 log="$TOP/build/check/${JOB:-job}-$1"
	shift
	rm -rf "$log"
	mkdir -p "$log"
	"$TESTBED/run" --quiet --log "$log" --hv "$HV" "$@" \
		>"$log/run.log" 2>&1 || true
	if [ ! -e "$log/verdict" ]; then
		echo "not ok - $name: host did not start"
		tail -n 5 "$log/run.log" | sed 's/^/#   /'
		return
	fi
	"$RUN/ktap" -v whole="${WHOLE:-0}" "$log/output.log" |
		sed -E "s/^((not )?ok - )/\\1$name: /" || true
	if [ -s "$log/verdict" ]; then
		echo "not ok - $name: host: $(head -1 "$log/verdict")"
		tail -n +2 "$log/verdict" | sed 's/^/#   /'
	else
		echo "ok - $name: host ends in time, clean kernel log"
	fi
}

# The test programs, one line each.
selftest_programs() {
	find "$TOP/build/selftests" -maxdepth 1 -type f -perm -100 | sort
}

prepare() {
	local k bad=0
	for k in 6.12 6.1; do
		"$TESTBED/kernel" $k || bad=1
		if [ "$HV" = keel ]; then
			make -C "$TOP" KERNEL=$k module || bad=1
		fi
	done
	"$TOP/tools/build/selftests" || bad=1
	for k in qemu7 qemu10; do "$TESTBED/make-rootfs" $k || bad=1; done
	"$TESTBED/make-disk" || bad=1
	return $bad
}
