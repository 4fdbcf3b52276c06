# SPDX-License-Identifier: GPL-2.0-only
# The life-cycle check passes a clean module and finds one that leaks.

cycles() { # DIR [LEAK=1]
	local dir=$work/$1
	mkdir "$dir"
	cp "$RUN/guards/module/"* "$dir/"
	make -C "$KEEL_CACHE/kernel/6.12/build" M="$dir" ARCH=arm64 ${2:-} modules &&
		"$TESTBED/run" --hv none --quiet --timeout 600 --file "$dir/keel.ko" \
			-- "$RUN/host/life-cycle 100"
}
expect "guards: 100 cycles of a clean module pass" cycles clean
leaks() { cycles leaky LEAK=1 | grep '^not ok .* grew'; }
expect "guards: a module that leaks is caught" leaks
