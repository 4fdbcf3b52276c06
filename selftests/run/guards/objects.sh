# SPDX-License-Identifier: GPL-2.0-only
# The judge of world-switch objects finds every kind of instrumentation.

echo 'int g(int *); int f(int i) { int a[16]; g(a); return a[i & 15] << i; }' >"$work/a.c"
cc=${CROSS_COMPILE}gcc
judge() { "$TOP/tools/build/uninstrumented" "$work/a.o"; }

"$cc" -O2 -fno-stack-protector -c -o "$work/a.o" "$work/a.c"
expect "guards: a plain object passes" judge
for flag in -pg -fpatchable-function-entry=2 -fstack-protector-all \
	-fsanitize=kernel-address -fsanitize=shift -fsanitize-coverage=trace-pc \
	-fsanitize=thread; do
	"$cc" -O2 -fno-stack-protector $flag -c -o "$work/a.o" "$work/a.c"
	expect "guards: an object built with $flag is caught" fails judge
done
expect "guards: no objects is no pass" fails "$TOP/tools/build/uninstrumented"
