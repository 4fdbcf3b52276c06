# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages under the dkms of Debian 12 and of Debian 13, each in a Debian of
# its own: the module is really built there.
# needs: 6.12-trixie
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
"$TESTBED/setup" dpkg-dev debhelper dh-dkms fakeroot
"$TOP/selftests/packaging/chroot" bookworm 6.1 6.12
"$TOP/selftests/packaging/chroot" trixie 6.12-trixie
