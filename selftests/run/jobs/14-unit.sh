# SPDX-License-Identifier: GPL-2.0-only
# The module's pure parts, on the build machine under its sanitizers.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
mkdir -p build
if make -s -C selftests/unit OUTPUT="$TOP/build/unit" all >build/check/unit.log 2>&1; then
	"$RUN/programs" $(find build/unit -maxdepth 1 -type f -name 'test_*' -perm -100 | sort) || true
else
	echo "not ok - unit: builds"
	tail -n 15 build/check/unit.log | sed 's/^/#   /'
fi
