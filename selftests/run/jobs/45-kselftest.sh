# SPDX-License-Identifier: GPL-2.0-only
# The programs of selftests/kvm as somebody has them who has no source tree: installed
# from a tarball, run by run_kselftest.sh, with keel and without any /dev/kvm.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if [ "$HV" != keel ]; then exit 0; fi
kselftest() { make -s -C selftests TARGETS=kvm "$@"; }

# All that there are would be in it; some are enough to carry.
all() { diff <(kselftest -C kvm emit_tests) <(cd selftests/kvm && printf 'kvm:%s\n' *.c | sed 's/\.c$//'); }
expect "kselftest: the tarball has all programs" all
expect "kselftest: the tarball is made" kselftest gen_tar TEST_GEN_PROGS="smoke idregs run_exits abi_vcpu"
HV=none host kselftest --kernel 6.12 --timeout 600 --file build/6.12/keel.ko \
	--file build/kselftest-packages/kselftest.tar.gz -- "$RUN/host/kselftest"
