# SPDX-License-Identifier: GPL-2.0-only
# Every kind of host the module is for that no other job has: it loads, a short
# program runs a guest, it unloads.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"

st=$TOP/build/selftests
while read -r name programs options; do
	case $name in ''|'#'*) continue ;; esac
	# shellcheck disable=SC2086
	host "host $name" $options --append KEEL_BRIEF=4 --timeout 600 -- $(for p in ${programs//,/ }; do echo "$st/$p"; done)
done <<'END'
6.12-1cpu	run_exits		--kernel 6.12 --cpus 1 --cpu max,pauth-impdef=on,lpa2=off
6.12-n1		smoke,fast_exits	--kernel 6.12 --cpu neoverse-n1
6.12-v1-gic4	smoke,fast_exits	--kernel 6.12 --cpu neoverse-v1 --gic 4
6.12-a55	run_exits		--kernel 6.12 --cpu cortex-a55 --append arm64.no32bit_el0
6.12-nvhe-4cpu	smoke,fast_exits	--kernel 6.12 --nvhe --cpus 4 --cpu neoverse-v1
6.12-a53	run_exits		--kernel 6.12 --cpu cortex-a53
6.1-a76		smoke,fast_exits	--kernel 6.1 --cpu cortex-a76
END

# Workarounds that no emulated CPU needs, as many at once as go together; and exits that are timed.
host "host 6.12-fixes" --kernel 6.12 --append KEEL_BRIEF=4 --timeout 600 --modparams "fixes=0xfbff exit_times=1" -- \
	"$st/errata" "$st/timer_user" "$st/run_exits"
host "host 6.12-nvhe-fixes" --kernel 6.12 --nvhe --append KEEL_BRIEF=4 --timeout 600 \
	--modparams "fixes=0xfeff exit_times=1" -- "$st/errata" "$st/run_exits"

# Installed, it comes when /dev/kvm is opened.
if [ "$HV" = keel ]; then
	HV=none host "host 6.12-first-open" --kernel 6.12 --timeout 600 --append kvm-arm.mode=none \
		--file "$TOP/build/6.12/keel.ko" -- "$RUN/host/first-open"
fi
