# SPDX-License-Identifier: GPL-2.0-only
# A check that is told to end takes its jobs with it, and starts no further one.

tree=$work/stop
mkdir -p "$tree"/{selftests/run/jobs,tools/testbed}
cp "$RUN/check" "$RUN/lib.sh" "$RUN/within" "$tree/selftests/run/"
cp "$TESTBED/lib.sh" "$tree/tools/testbed/"
install -m 755 /dev/null "$tree/tools/testbed/setup"
for j in 10-a 11-b 12-c 13-d; do
	# Like a job with a host: its work is done by a child, which cleans up.
	cat >"$tree/selftests/run/jobs/$j.sh" <<-END
	echo "ok - began"
	bash -c 'trap "echo >$tree/$j.cleaned; exit" TERM; sleep 300 & echo \$\$ \$! >$tree/$j.began; wait'
	END
done
began() { cat "$tree"/*.began 2>/dev/null | wc -l; }
alive() {
	local p
	for p in $(cat "$tree"/*.began); do kill -0 "$p" 2>/dev/null && echo "$p"; done
}

CHECK_LANES=2 "$tree/selftests/run/check" >"$tree/output" 2>&1 &
check=$!
for ((i = 0; i < 3000; i++)); do [ "$(began)" = 2 ] && break; sleep 0.1; done
expect "guards: a check begins two jobs" test "$(began)" = 2
kill $check
status=0; wait $check || status=$?
expect "guards: a check that is told to end says so" test $status = 130
for ((i = 0; i < 1000; i++)); do [ "$(ls "$tree" | grep -c cleaned)" = 2 ] && break; sleep 0.1; done
expect "guards: its jobs are told as well" test "$(ls "$tree" | grep -c cleaned)" = 2
sleep 1
for ((i = 0; i < 600; i++)); do [ -z "$(alive)" ] && break; sleep 0.1; done
expect "guards: its jobs' children end" test -z "$(alive)"
expect "guards: it begins no further job" test "$(began)" = 2
for p in $(alive); do kill "$p" || true; done
