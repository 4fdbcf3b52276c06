// SPDX-License-Identifier: GPL-2.0-only
/*
 * On the emulated host: a debugger that speaks just enough of GDB's remote
 * protocol to QEMU's gdbstub to stop a guest's kernel at an instruction that it
 * executes all the time with interrupts masked, to step from there, and to let
 * the guest go on. Prints KTAP.
 * usage: gdb-client PORT ADDRESS
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int sock, cases, failed;
static char reply[4096];

static void result(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++cases, what);
	failed |= !good;
}

static void die(const char *what)
{
	printf("# %s\nnot ok %d - the stub answers\n1..%d\n", what, cases + 1, cases + 1);
	exit(1);
}

static char get(void)
{
	char c;

	if (read(sock, &c, 1) != 1)
		die("connection closed, or nothing for ten minutes");
	return c;
}

/* $text#checksum; acknowledged by '+'. */
static void receive(void)
{
	size_t n = 0;
	char c;

	while (get() != '$')
		;
	while ((c = get()) != '#' && n < sizeof(reply) - 1)
		reply[n++] = c;
	reply[n] = 0;
	get();
	get();
	if (write(sock, "+", 1) != 1)
		die("write");
}

static void say(const char *format, ...)
{
	char text[64], packet[80];
	unsigned char sum = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (char *p = text; *p; p++)
		sum += *p;
	int n = snprintf(packet, sizeof(packet), "$%s#%02x", text, sum);
	if (write(sock, packet, n) != n)
		die("write");
}

static bool answers_ok(void)
{
	receive();
	return !strcmp(reply, "OK");
}

/* A stop is "T05..." or "S05": a trap. */
static bool stops(void)
{
	receive();
	return (reply[0] == 'T' || reply[0] == 'S') && !strncmp(reply + 1, "05", 2);
}

/* Register 32 of "g" is pc; registers are little-endian. */
static unsigned long pc(void)
{
	unsigned long v = 0;

	say("g");
	receive();
	if (strlen(reply) < 33 * 16)
		die("too few registers");
	for (int i = 7; i >= 0; i--) {
		unsigned int byte;

		sscanf(reply + 32 * 16 + 2 * i, "%2x", &byte);
		v = v << 8 | byte;
	}
	return v;
}

static void stop_at(unsigned long addr)
{
	say("Z0,%lx,4", addr);
	result(answers_ok(), "sets a breakpoint");
	say("c");
	result(stops(), "the guest stops");
	result(pc() == addr, "... at the breakpoint");
}

static void open_stub(int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval patience = { .tv_sec = 600 };

	sock = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(sock, (struct sockaddr *)&to, sizeof(to)))
		die("cannot connect");
	say("?");
	receive();
}

int main(int argc, char **argv)
{
	unsigned long addr;

	if (argc != 3)
		return 2;
	open_stub(atoi(argv[1]));
	addr = strtoul(argv[2], NULL, 16);

	stop_at(addr);
	say("z0,%lx,4", addr);
	result(answers_ok(), "removes it");
	for (int i = 1; i <= 3; i++) {
		say("s");
		result(stops() && pc() == addr + 4 * i, "steps one instruction");
	}
	stop_at(addr);
	say("z0,%lx,4", addr);
	result(answers_ok(), "removes it");
	say("D");
	result(answers_ok(), "lets the guest go");
	printf("1..%d\n", cases);
	return failed;
}
