# SPDX-License-Identifier: GPL-2.0-only
# Images of VMs, and VMMs that fork, with EL2 in the guest; without it the jobs that run all programs have them.
. "$(dirname "$0")/../lib.sh"
st=$TOP/build/selftests
host image --kernel 6.12 --modparams nested=1 --append KEEL_BRIEF=1 --timeout 1200 -- "$st/image" "$st/fork"
