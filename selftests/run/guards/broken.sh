# SPDX-License-Identifier: GPL-2.0-only
# What tools/judges/broken breaks is broken.
expect "guards: each row of broken builds changes its file" tools/judges/broken/try --changes
printf '%s\n' 'gone|stage2|vhe-max|mapped|unmapped|mmu/notifier.c|s/no such line//' >"$work/table"
expect "guards: a row that changes nothing is caught" fails tools/judges/broken/try --changes "$work/table"
