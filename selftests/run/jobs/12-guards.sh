# SPDX-License-Identifier: GPL-2.0-only
# The checks themselves: each has to find what it is for.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fails() { ! "$@"; }
. "$RUN/guards/logs.sh"
. "$RUN/guards/objects.sh"
. "$RUN/guards/image.sh"
. "$RUN/guards/plan.sh"
. "$RUN/guards/broken.sh"
. "$RUN/guards/results.sh"
. "$RUN/guards/stop.sh"
. "$RUN/guards/again.sh"
. "$RUN/guards/modules.sh"
