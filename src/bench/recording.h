/* Recorded trace2 streams, read once and kept in memory: whole lines with the places of their SID and time. */
#ifndef RECORDING_H
#define RECORDING_H

#include <stdint.h>

#define MAX_SID 2048
#define TIME_LENGTH 27 /* 2026-11-20T04:57:47.493949Z */

struct line {
	const char *text;
	int length;
	int sid_at, sid_length;
	int time_at; /* -1 in brief mode */
	int64_t time;
};

/* What one process wrote. */
struct stream {
	char *text;
	struct line *lines;
	int count;
};

/* The processes of one root and the order in which their lines were written. */
struct step {
	int stream, line;
	int64_t time;
};

struct session {
	char *root;
	struct stream *streams;
	int stream_count;
	struct step *steps;
	int step_count;
};

extern struct session *sessions;
extern int session_count;

/* Ends the program with 2. */
_Noreturn void die(const char *what, const char *why);

/* The lines of one file that have a SID. */
struct stream read_stream(const char *path);

/* Fills sessions from a directory, or directories of directories, with one file for each process. */
void read_sessions(char *directory);

#endif
