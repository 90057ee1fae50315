/*
 * The load: plays recorded trace2 streams at a Unix socket as git would, one connection a process and one write a line,
 * and gives every command a SID and times of its own. Prints what it sent as key=value; ends with 1 if a connection was
 * broken from the other side, which would kill a git older than 2.35.
 *
 *   generate short   --socket PATH [options] STATUS COMMIT   a connection for each command, N in all
 *   generate long    --socket PATH [options] STATUS COMMIT   one connection for each client, N commands over them
 *   generate session --socket PATH [options] DIRECTORY       the processes of each recorded root as they interleaved
 *
 *   --clients N     threads (1)                   --rate N       commands a second over all clients (as fast as they go)
 *   --commands N    commands to play (1000)       --read-only N  percent of commands that are STATUS (100)
 *   --nesting N     processes below each other in a command of `short` (1)
 *   --under SID     all commands run below this one, which is there from the beginning to the end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "recording.h"

static struct {
	const char *mode, *socket, *under;
	long clients, commands, rate, read_only, nesting;
} options = {.under = "", .clients = 1, .commands = 1000, .read_only = 100, .nesting = 1};

static struct stream status, commit;

static atomic_long next_command, connections, lines, bytes, broken;
static int64_t began;
static uint32_t machine; /* the host part of the SIDs, different for every run */

static void usage(const char *why);

static int64_t now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* --- playing them ------------------------------------------------------------------------------------------------- */

static int open_connection(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket", strerror(errno));
	strcpy(address.sun_path, options.socket);
	if (connect(fd, (struct sockaddr *)&address, sizeof address))
		die(options.socket, errno == ECONNREFUSED ? "nobody listens there any more" : strerror(errno));
	connections++;
	return fd;
}

/* 0 when the other side has closed; git ≥ 2.35 goes on silently then, and so does the load. */
static int send_bytes(int fd, const char *text, int length)
{
	for (int sent = 0; sent < length;) {
		ssize_t n = write(fd, text + sent, length - sent);

		if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			broken++;
			return 0;
		}
		if (n < 0 && errno != EINTR)
			die("write", strerror(errno));
		if (n > 0)
			sent += n;
	}
	lines++;
	bytes += length;
	return 1;
}

static void format_time(char *at, int64_t time, const char *format)
{
	static _Thread_local time_t second = -1;
	static _Thread_local struct tm tm;
	char text[64];

	if (second != time / 1000000) {
		second = time / 1000000;
		gmtime_r(&second, &tm);
	}
	int length = snprintf(text, sizeof text, format, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			      tm.tm_min, tm.tm_sec, (int)(time % 1000000));
	memcpy(at, text, length);
}

static int send_line(int fd, const struct line *line, const char *sid, int sid_length, int64_t shift)
{
	static _Thread_local char *out;
	static _Thread_local int room;
	int tail_at = line->sid_at + line->sid_length;
	int length = line->length - line->sid_length + sid_length;

	if (length > room)
		out = realloc(out, room = 2 * length);
	memcpy(out, line->text, line->sid_at);
	memcpy(out + line->sid_at, sid, sid_length);
	memcpy(out + line->sid_at + sid_length, line->text + tail_at, line->length - tail_at);
	if (line->time_at >= 0)
		format_time(out + line->time_at + (line->time_at > line->sid_at ? sid_length - line->sid_length : 0),
			    line->time + shift, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ");
	return send_bytes(fd, out, length);
}

static int send_child_event(int fd, const char *sid, const char *rest)
{
	char text[MAX_SID + 512], time[TIME_LENGTH + 1] = {0};
	int start = !strncmp(rest, "\"child_id\":0,\"child_class\"", 26);

	format_time(time, now_us(CLOCK_REALTIME), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ");
	int length = snprintf(text, sizeof text,
			      "{\"event\":\"%s\",\"sid\":\"%s\",\"thread\":\"main\",\"time\":\"%s\","
			      "\"file\":\"run-command.c\",\"line\":%d,%s}\n",
			      start ? "child_start" : "child_exit", sid, time, start ? 739 : 995, rest);
	return send_bytes(fd, text, length);
}

/* A command of one process, or of several below each other: the child runs before the last two lines, exit and atexit. */
static void play_command(int fd, const struct stream *stream, const char *parent, long command, int depth)
{
	char sid[MAX_SID], exit_event[128];
	int64_t now = now_us(CLOCK_REALTIME), shift = now - stream->lines[0].time;
	uint32_t pid = (uint32_t)(2 + (command * options.nesting + depth) % 4194300);
	int length = snprintf(sid, sizeof sid, "%s%s", parent, *parent ? "/" : ""), alive = 1;

	format_time(sid + length, now, "%04d%02d%02dT%02d%02d%02d.%06dZ");
	length += 23;
	length += snprintf(sid + length, sizeof sid - length, "-H%08x-P%08x", machine + (uint32_t)(command / 4194300), pid);
	for (int i = 0; i < stream->count && alive; i++) {
		if (depth < options.nesting && i == stream->count - 2) {
			int child = open_connection();

			send_child_event(fd, sid, "\"child_id\":0,\"child_class\":\"?\",\"use_shell\":false,\"argv\":[\"git\",\"status\"]");
			play_command(child, &status, sid, command, depth + 1);
			close(child);
			snprintf(exit_event, sizeof exit_event, "\"child_id\":0,\"pid\":%u,\"code\":0,\"t_rel\":0.004711", pid + 1);
			send_child_event(fd, sid, exit_event);
		}
		alive = send_line(fd, &stream->lines[i], sid, length, shift);
	}
}

/* The command that all others run below. */
static int begin_above(void)
{
	int fd = open_connection();

	if (strlen(options.under) > MAX_SID / 2)
		usage("expected a shorter SID for --under");
	for (int i = 0; i < 2; i++)
		send_line(fd, &status.lines[i], options.under, strlen(options.under),
			  now_us(CLOCK_REALTIME) - status.lines[0].time);
	return fd;
}

static void end_above(int fd)
{
	for (int i = status.count - 2; i < status.count; i++)
		send_line(fd, &status.lines[i], options.under, strlen(options.under),
			  now_us(CLOCK_REALTIME) - status.lines[0].time);
	close(fd);
}

/* Every SID of the root gets another host, which keeps it git-shaped, as long as it was, and apart from other rounds. */
static void play_session(const struct session *session, long command)
{
	int *fds = malloc(session->stream_count * sizeof *fds), *left = malloc(session->stream_count * sizeof *left);
	int64_t shift = now_us(CLOCK_REALTIME) - session->steps[0].time;
	char sid[MAX_SID + 1], host[9];

	snprintf(host, sizeof host, "%08x", machine + (uint32_t)command);
	for (int i = 0; i < session->stream_count; i++) {
		fds[i] = -1;
		left[i] = session->streams[i].count;
	}
	for (int i = 0; i < session->step_count; i++) {
		const struct step *step = &session->steps[i];
		const struct line *line = &session->streams[step->stream].lines[step->line];
		int *fd = &fds[step->stream];

		if (*fd == -1)
			*fd = open_connection();
		memcpy(sid, line->text + line->sid_at, line->sid_length);
		sid[line->sid_length] = 0;
		for (char *at = sid; (at = strstr(at, "Z-H")) && strlen(at) >= 11; at += 11)
			memcpy(at + 3, host, 8);
		if (*fd >= 0 && !send_line(*fd, line, sid, line->sid_length, shift)) {
			close(*fd);
			*fd = -2;
		}
		if (--left[step->stream] == 0 && *fd >= 0)
			close(*fd);
	}
	free(fds);
	free(left);
}

/* Commands become due at fixed times, however late the ones before them were. */
static void wait_until_due(long command)
{
	if (options.rate == 0)
		return;
	int64_t due = began + command * 1000000LL / options.rate;
	struct timespec at = {.tv_sec = due / 1000000, .tv_nsec = due % 1000000 * 1000};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static const struct stream *choose(long command)
{
	return (uint32_t)(command * 2654435761u) % 100 < (uint32_t)options.read_only ? &status : &commit;
}

static void *client(void *unused)
{
	int persistent = !strcmp(options.mode, "long") ? open_connection() : -1;
	long command;

	while ((command = next_command++) < options.commands) {
		wait_until_due(command);
		if (sessions) {
			play_session(&sessions[command % session_count], command);
		} else {
			int fd = persistent >= 0 ? persistent : open_connection();
			play_command(fd, choose(command), options.under, command, 1);
			if (persistent < 0)
				close(fd);
		}
	}
	if (persistent >= 0)
		close(persistent);
	return unused;
}

/* --- command line ------------------------------------------------------------------------------------------------- */

static void usage(const char *why)
{
	fprintf(stderr, "generate: %s\nusage: generate short|long --socket PATH [options] STATUS COMMIT\n"
			"       generate session --socket PATH [options] DIRECTORY\n"
			"options: --clients N --commands N --rate N --read-only PERCENT --nesting N --under SID\n", why);
	exit(2);
}

static long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 0)
		usage("expected a number that is not negative");
	return n;
}

static void parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"socket", 1, NULL, 's'}, {"clients", 1, NULL, 'c'}, {"commands", 1, NULL, 'n'}, {"rate", 1, NULL, 'r'},
		{"read-only", 1, NULL, 'o'}, {"nesting", 1, NULL, 'd'}, {"under", 1, NULL, 'u'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's': options.socket = optarg; break;
		case 'c': options.clients = number(optarg); break;
		case 'n': options.commands = number(optarg); break;
		case 'r': options.rate = number(optarg); break;
		case 'o': options.read_only = number(optarg); break;
		case 'd': options.nesting = number(optarg); break;
		case 'u': options.under = optarg; break;
		default: usage("unknown option");
		}
	}
	int rest = argc - optind;
	options.mode = rest > 0 ? argv[optind] : "";
	int session = !strcmp(options.mode, "session");
	if (!session && strcmp(options.mode, "short") && strcmp(options.mode, "long"))
		usage("expected short, long or session");
	if (rest != (session ? 2 : 3))
		usage(session ? "expected one directory" : "expected two recorded streams, STATUS and COMMIT");
	if (!options.socket || strlen(options.socket) >= sizeof((struct sockaddr_un *)0)->sun_path)
		usage("expected --socket with a path of at most 107 bytes");
	if (options.nesting < 1 || options.nesting > 30 || options.clients < 1 || options.clients > 4096)
		usage("expected 1 to 30 for --nesting and 1 to 4096 for --clients");
}

int main(int argc, char **argv)
{
	struct rlimit limit;

	parse_options(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (!strcmp(options.mode, "session")) {
		read_sessions(argv[optind + 1]);
	} else {
		status = read_stream(argv[optind + 1]);
		commit = read_stream(argv[optind + 2]);
		if (status.count < 4 || commit.count < 4)
			die(argv[optind + 1], "expected a recorded stream of at least four lines");
	}
	machine = (uint32_t)(now_us(CLOCK_REALTIME) * 2654435761u) ^ (uint32_t)getpid();

	int above = *options.under ? begin_above() : -1;
	pthread_t *threads = malloc(options.clients * sizeof *threads);
	began = now_us(CLOCK_MONOTONIC);
	for (long i = 0; i < options.clients; i++)
		if (pthread_create(&threads[i], NULL, client, NULL))
			die("pthread_create", "cannot start so many clients");
	for (long i = 0; i < options.clients; i++)
		pthread_join(threads[i], NULL);
	if (above >= 0)
		end_above(above);
	printf("commands=%ld connections=%ld lines=%ld bytes=%ld broken=%ld elapsed_us=%ld\n", options.commands,
	       atomic_load(&connections), atomic_load(&lines), atomic_load(&bytes), atomic_load(&broken),
	       (long)(now_us(CLOCK_MONOTONIC) - began));
	return broken ? 1 : 0;
}
