# SPDX-License-Identifier: GPL-2.0-only
# What tools/judges/broken breaks is broken.
expect "guards: each row of broken builds changes its file" tools/judges/broken/try --changes
changes() { tools/judges/broken/try --changes "$work/table"; }
# usage: row FILE SCRIPT
row() { printf '%s\n' "gone|stage2|vhe-max|mapped|unmapped|$1|$2" >"$work/table"; }
row mmu/notifier.c 's/$/ /'
expect "guards: a row that changes something is none" changes
row mmu/notifier.c 's/no such line//'
expect "guards: a row that changes nothing is caught" fails changes
row mmu/no-such.c 's/$/ /'
expect "guards: ... one whose file is gone" fails changes
row mmu/notifier.c 's/(//'
expect "guards: ... one whose script is none" fails changes
rm "$work/table"
expect "guards: ... and a table that is gone" fails changes
