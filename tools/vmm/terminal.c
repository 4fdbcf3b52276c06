// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's terminal, if there is one: keys go to the guest as they are
 * pressed, Ctrl-C too, and when the program ends all is as it was.
 */
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "vmm.h"

static struct termios before;
static bool changed;

void terminal_close(void)
{
	if (changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	changed = false;
}

/* It is another process's. */
void terminal_forget(void)
{
	changed = false;
}

void terminal_open(void)
{
	struct termios raw;

	/* From the background this would stop the program. */
	if (tcgetattr(STDIN_FILENO, &before) || tcgetpgrp(STDIN_FILENO) != getpgrp())
		return;
	raw = before;
	cfmakeraw(&raw);
	changed = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	atexit(terminal_close);
}
