// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console: a 16550 UART whose line is this program's stdin and stdout.
 * Its transmitter is always empty. Its interrupt is a level, so the line is
 * set by KVM_IRQ_LINE whenever that changes.
 */
#include <linux/serial_reg.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

#define ESCAPE 1	/* Ctrl-A; an x behind it quits */

static struct {
	struct machine *machine;
	pthread_mutex_t lock;		/* protects what follows */
	pthread_cond_t room;		/* in received[] */
	u8 ier, lcr, mcr, scr, dll, dlm, fcr;
	bool transmitted;		/* an interrupt for it is due */
	bool level;			/* of the interrupt line */
	unsigned int count;
	u8 received[16];
} uart = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.room = PTHREAD_COND_INITIALIZER,
};

/* Which interrupt the guest would see, by priority. */
static u8 pending(void)
{
	if (uart.ier & UART_IER_RDI && uart.count)
		return UART_IIR_RDI;
	if (uart.ier & UART_IER_THRI && uart.transmitted)
		return UART_IIR_THRI;
	return UART_IIR_NO_INT;
}

static void update_line(void)
{
	bool level = pending() != UART_IIR_NO_INT;

	if (level != uart.level)
		vm_irq_line(uart.machine, UART_SPI, level);
	uart.level = level;
}

static u8 receive(void)
{
	u8 byte = uart.received[0];

	if (!uart.count)
		return 0;
	memmove(uart.received, uart.received + 1, --uart.count);
	pthread_cond_signal(&uart.room);
	return byte;
}

static void transmit(u8 byte)
{
	/* It is lost when stdout is gone, as on a line without a peer. */
	if (write(STDOUT_FILENO, &byte, 1) == 1)
		mark_output(byte);
	uart.transmitted = true;
}

static u8 identify(void)
{
	u8 id = pending();

	if (id == UART_IIR_THRI)
		uart.transmitted = false;
	return id | (uart.fcr & UART_FCR_ENABLE_FIFO ? 0xc0 : 0);
}

static u8 modem_status(void)
{
	if (uart.mcr & UART_MCR_LOOP)
		return (uart.mcr & (UART_MCR_OUT1 | UART_MCR_OUT2)) << 4 |
		       (uart.mcr & UART_MCR_RTS) << 3 | (uart.mcr & UART_MCR_DTR) << 5;
	return UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS;
}

static u8 read_register(u64 offset)
{
	bool divisor = uart.lcr & UART_LCR_DLAB;

	switch (offset) {
	case UART_RX:
		return divisor ? uart.dll : receive();
	case UART_IER:
		return divisor ? uart.dlm : uart.ier;
	case UART_IIR:
		return identify();
	case UART_LCR:
		return uart.lcr;
	case UART_MCR:
		return uart.mcr;
	case UART_LSR:
		return UART_LSR_TEMT | UART_LSR_THRE | (uart.count ? UART_LSR_DR : 0);
	case UART_MSR:
		return modem_status();
	case UART_SCR:
		return uart.scr;
	}
	return 0;
}

static void set_enables(u8 ier)
{
	/* Asked for while the transmitter is empty, that interrupt comes at once. */
	if (ier & ~uart.ier & UART_IER_THRI)
		uart.transmitted = true;
	uart.ier = ier & 0xf;
}

static void control_fifo(u8 fcr)
{
	uart.fcr = fcr;
	if (fcr & UART_FCR_CLEAR_RCVR) {
		uart.count = 0;
		pthread_cond_signal(&uart.room);
	}
}

static void write_register(u64 offset, u8 value)
{
	bool divisor = uart.lcr & UART_LCR_DLAB;

	switch (offset) {
	case UART_TX:
		if (divisor)
			uart.dll = value;
		else
			transmit(value);
		break;
	case UART_IER:
		if (divisor)
			uart.dlm = value;
		else
			set_enables(value);
		break;
	case UART_FCR:
		control_fifo(value);
		break;
	case UART_LCR:
		uart.lcr = value;
		break;
	case UART_MCR:
		uart.mcr = value;
		break;
	case UART_SCR:
		uart.scr = value;
		break;
	}
}

static u64 serial_read(void *opaque, u64 offset, unsigned int len)
{
	u8 value;

	(void)opaque;
	(void)len;
	pthread_mutex_lock(&uart.lock);
	value = read_register(offset);
	update_line();
	pthread_mutex_unlock(&uart.lock);
	return value;
}

static void serial_write(void *opaque, u64 offset, u64 value, unsigned int len)
{
	(void)opaque;
	(void)len;
	pthread_mutex_lock(&uart.lock);
	write_register(offset, value);
	update_line();
	pthread_mutex_unlock(&uart.lock);
}

static void deliver(u8 byte)
{
	pthread_mutex_lock(&uart.lock);
	while (uart.count == sizeof(uart.received))
		pthread_cond_wait(&uart.room, &uart.lock);
	uart.received[uart.count++] = byte;
	update_line();
	pthread_mutex_unlock(&uart.lock);
}

/* Takes from stdin as much as the guest takes from the UART. */
static void *input(void *argument)
{
	bool escaped = false;
	u8 byte;

	(void)argument;
	while (read(STDIN_FILENO, &byte, 1) == 1) {
		if (escaped && byte == 'x')
			machine_end(uart.machine, QUIT);
		if (!escaped && byte == ESCAPE && isatty(STDIN_FILENO)) {
			escaped = true;
			continue;
		}
		escaped = false;
		deliver(byte);
	}
	return NULL;
}

/* Around fork(): nobody is at it meanwhile. */
void serial_hold(bool hold)
{
	if (hold)
		pthread_mutex_lock(&uart.lock);
	else
		pthread_mutex_unlock(&uart.lock);
}

static void start_input(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, input, NULL);

	if (error)
		die("thread for stdin: %s", strerror(error));
}

/* In a child of fork(), with a stdin of its own. */
void serial_restart(void)
{
	pthread_cond_init(&uart.room, NULL);
	pthread_mutex_init(&uart.lock, NULL);
	start_input();
}

void serial_create(struct machine *m)
{
	uart.machine = m;
	bus_add(m, (struct bus_device){
		.base = UART_BASE,
		.size = KB(4),
		.read = serial_read,
		.write = serial_write,
	});
	terminal_open();
	start_input();
}
