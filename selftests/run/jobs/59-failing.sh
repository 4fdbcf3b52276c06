# SPDX-License-Identifier: GPL-2.0-only
# What keel asks of the kernel fails, each in its turn: memory, files, counters, copies from and to
# user space. In short, and a part of it on each debug kernel: the job failing-full has all.
# needs: asan lock
. "$(dirname "$0")/../lib.sh"
if [ "$HV" != keel ]; then exit 0; fi
cd "$TOP"
st=$TOP/build/selftests
failing asan asan --nvhe --cpu cortex-a57 -- "insmod keel.ko" "$st/fail_nth" "$st/fail_its" \
	"$st/fail_commands"
failing lock lock -- "insmod keel.ko nested=1" "$st/fail_state" "$st/fail_devices -t GICv3" "$st/fail_devices -t wires"
