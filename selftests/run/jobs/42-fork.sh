# SPDX-License-Identifier: GPL-2.0-only
# Images of VMs, and VMMs that fork, with EL2 in the guest; without it the jobs that run all
# programs have them. And machines that are forked while their Linux is busy.
. "$(dirname "$0")/../lib.sh"
st=$TOP/build/selftests
guest_files 6.1
host image --kernel 6.12 --modparams nested=1 --append KEEL_BRIEF=4 --timeout 1200 -- "$st/image" "$st/image_gic" "$st/fork"
host fork-guest --kernel 6.12 --mem 3G --timeout 1800 "${GUEST_FILES[@]}" -- "$RUN/host/fork-guest 3 2"
