/*
 * Runs one command with each of several trace2 targets in turns, and prints what each run took, as "target wall_us cpu_us".
 * The order changes with every round, so that whatever the machine does meanwhile hits all targets alike.
 *
 *   turns RUNS TARGET[|HOOKS]... -- COMMAND ARGUMENT...
 *
 * HOOKS is where git finds its hooks then (core.hooksPath).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void set_target(const char *target)
{
	size_t length = strcspn(target, "|");
	char *events = strndup(target, length);

	setenv("GIT_TRACE2_EVENT", events, 1);
	free(events);
	if (target[length]) {
		setenv("GIT_CONFIG_COUNT", "1", 1);
		setenv("GIT_CONFIG_KEY_0", "core.hooksPath", 1);
		setenv("GIT_CONFIG_VALUE_0", target + length + 1, 1);
	}
}

static void run(int number, const char *target, char **command)
{
	posix_spawn_file_actions_t quiet;
	struct rusage usage;
	int64_t began;
	pid_t pid;
	int status;

	set_target(target);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	began = now_us();
	if ((errno = posix_spawnp(&pid, command[0], &quiet, NULL, command, environ))) {
		perror(command[0]);
		exit(2);
	}
	while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	printf("%d %ld %ld\n", number, (long)(now_us() - began),
	       usage.ru_utime.tv_sec * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec * 1000000L +
		       usage.ru_stime.tv_usec);
	posix_spawn_file_actions_destroy(&quiet);
	if (status) {
		fprintf(stderr, "turns: %s ended with status %d\n", command[0], status);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int targets = 0;

	while (2 + targets < argc && strcmp(argv[2 + targets], "--"))
		targets++;
	if (targets == 0 || 3 + targets >= argc) {
		fprintf(stderr, "usage: turns RUNS TARGET... -- COMMAND ARGUMENT...\n");
		return 2;
	}
	for (long round = 0, rounds = atol(argv[1]); round < rounds; round++)
		for (int i = 0; i < targets; i++) {
			int number = (round + i) % targets;

			run(number, argv[2 + number], argv + 3 + targets);
		}
	return 0;
}
