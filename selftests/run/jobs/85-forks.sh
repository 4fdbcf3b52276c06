# SPDX-License-Identifier: GPL-2.0-only
# A thousand forks of one guest, one after the other and alive at once; forks under KASAN, under
# lockdep, and of a Linux guest where the host is at EL1.
# needs: asan lock
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
st=$TOP/build/selftests
guest_files 6.1
for k in asan lock; do
	built $k || continue
	host forks-$k --kernel $k --append KEEL_BRIEF=4 --timeout 3000 -- \
		"$st/image" "$st/image_gic" "$st/fork" "$st/fork_idle"
done
host forks-1000 --kernel 6.12 --append KEEL_FORKS=1000 --timeout 3600 -- "$st/fork"
host forks-alive --kernel 6.12 --append KEEL_FORKS=1000 --mem 3G --timeout 3600 -- "$st/fork_idle"
host fork-guest-nvhe --kernel 6.12 --cpu cortex-a57 --mem 3G --timeout 3000 "${GUEST_FILES[@]}" -- \
	"$RUN/host/fork-guest 10 2"
