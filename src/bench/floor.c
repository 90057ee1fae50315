/*
 * The floor: the least that any listener must do. It accepts, reads with epoll and counts newlines, in one thread.
 * On SIGTERM it reads what is left and prints what it counted and the CPU time it took, as key=value.
 *
 *   floor SOCKET
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096
#define EVENTS 256
#define ACCEPTS 64

static volatile sig_atomic_t stopping;
static unsigned long connections, lines, bytes;
static char buffer[64 * 1024];

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int listen_on(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	if (strlen(path) >= sizeof address.sun_path) {
		fprintf(stderr, "floor: a socket's path has at most %zu bytes: %s\n", sizeof address.sun_path - 1, path);
		exit(2);
	}
	strcpy(address.sun_path, path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, BACKLOG))
		die(path);
	return fd;
}

static void add(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

/* A bounded number at a time, or clients that connect faster than this accepts would never be read. */
static void accept_some(int epoll, int listener)
{
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED))
			return;
		if (fd < 0)
			die("accept");
		connections++;
		add(epoll, fd);
	}
}

/* One read for each readiness: a second one that only finds the socket empty would cost as much as the first. */
static void read_some(int fd)
{
	ssize_t n = read(fd, buffer, sizeof buffer);

	if (n > 0) {
		bytes += n;
		for (char *at = buffer; (at = memchr(at, '\n', buffer + n - at)); at++)
			lines++;
	} else if (n == 0 || errno != EAGAIN) {
		close(fd);
	}
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void report(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("connections=%lu lines=%lu bytes=%lu user_us=%ld system_us=%ld\n", connections, lines, bytes,
	       usage.ru_utime.tv_sec * 1000000L + usage.ru_utime.tv_usec,
	       usage.ru_stime.tv_sec * 1000000L + usage.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	struct sigaction action = {.sa_handler = stop};
	sigset_t term, none;

	if (argc != 2) {
		fprintf(stderr, "usage: floor SOCKET\n");
		return 2;
	}
	/* Delivered only inside epoll_pwait, so that none is missed between the check and the wait. */
	sigemptyset(&none);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	sigaction(SIGTERM, &action, NULL);
	raise_descriptor_limit();

	int listener = listen_on(argv[1]);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	add(epoll, listener);
	for (;;) {
		int n = epoll_pwait(epoll, events, EVENTS, stopping ? 0 : -1, &none);

		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		if (n == 0 && stopping)
			break;
		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_some(epoll, listener);
			else
				read_some(events[i].data.fd);
		}
	}
	unlink(argv[1]);
	report();
	return 0;
}
