# SPDX-License-Identifier: GPL-2.0-only
# Every kind of host the module is for that no other job has: it loads, a short
# program runs a guest, it unloads.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"

while read -r name options; do
	case $name in ''|'#'*) continue ;; esac
	# shellcheck disable=SC2086
	host "host $name" $options --append KEEL_BRIEF=4 --timeout 600 -- "$TOP/build/selftests/run_exits"
done <<'END'
6.12-1cpu	--kernel 6.12 --cpus 1 --cpu max,pauth-impdef=on,lpa2=off
6.12-n1		--kernel 6.12 --cpu neoverse-n1
6.12-v1-gic4	--kernel 6.12 --cpu neoverse-v1 --gic 4
6.12-a55	--kernel 6.12 --cpu cortex-a55 --append arm64.no32bit_el0
6.12-nvhe-4cpu	--kernel 6.12 --nvhe --cpus 4 --cpu neoverse-v1
6.12-a53	--kernel 6.12 --cpu cortex-a53
6.1-a76		--kernel 6.1 --cpu cortex-a76
END

# Workarounds that no emulated CPU needs, as many at once as go together.
host "host 6.12-fixes" --kernel 6.12 --append KEEL_BRIEF=4 --timeout 600 --modparams fixes=0xfbff -- \
	"$TOP/build/selftests/errata" "$TOP/build/selftests/timer_user" "$TOP/build/selftests/run_exits"
host "host 6.12-nvhe-fixes" --kernel 6.12 --nvhe --append KEEL_BRIEF=4 --timeout 600 --modparams fixes=0xfeff -- \
	"$TOP/build/selftests/errata" "$TOP/build/selftests/run_exits"

# Installed, it comes when /dev/kvm is opened.
if [ "$HV" = keel ]; then
	HV=none host "host 6.12-first-open" --kernel 6.12 --timeout 600 --append kvm-arm.mode=none \
		--file "$TOP/build/6.12/keel.ko" -- "$RUN/host/first-open"
fi
