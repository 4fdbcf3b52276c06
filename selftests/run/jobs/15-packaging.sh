# SPDX-License-Identifier: GPL-2.0-only
# What is installed: keel doctor and keel boot on trees that look like hosts, make install
# and uninstall, man pages, the Debian packages.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
"$TESTBED/setup" dpkg-dev debhelper dh-dkms fakeroot lintian man-db
tests=$TOP/selftests/packaging
mkdir -p build/check
[ -e build/6.12/keel.ko ] || build 6.12
[ -e build/vmm/keel-vmm ] || make -s -C tools/vmm OUT="$TOP/build/vmm"
"$tests/doctor.py" || true
"$tests/boot.py" || true
"$tests/pages"
"$tests/install" 6.12 "$KEEL_CACHE/kernel/6.12/build"
"$tests/deb"
