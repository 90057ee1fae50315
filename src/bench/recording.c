#define _GNU_SOURCE
#include "recording.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct session *sessions;
int session_count;

void die(const char *what, const char *why)
{
	fprintf(stderr, "generate: %s: %s\n", what, why);
	exit(2);
}

static int64_t parse_time(const char *at)
{
	struct tm tm = {0};
	int us;

	if (sscanf(at, "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &us) != 7)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm) * 1000000LL + us;
}

static int parse_line(struct line *line, const char *text, int length)
{
	const char *sid = memmem(text, length, "\"sid\":\"", 7);
	const char *time = memmem(text, length, "\"time\":\"", 8);
	const char *end = sid ? memchr(sid + 7, '"', text + length - sid - 7) : NULL;

	if (!end || end - sid > MAX_SID)
		return 0;
	*line = (struct line){.text = text, .length = length, .sid_at = sid + 7 - text, .sid_length = end - sid - 7};
	line->time_at = time && time + 8 + TIME_LENGTH < text + length ? time + 8 - text : -1;
	line->time = line->time_at < 0 ? -1 : parse_time(time + 8);
	if (line->time < 0)
		line->time_at = -1;
	return 1;
}

struct stream read_stream(const char *path)
{
	struct stream stream = {0};
	FILE *file = fopen(path, "r");
	struct stat stat;
	int room = 0;

	if (!file || fstat(fileno(file), &stat))
		die(path, strerror(errno));
	stream.text = malloc(stat.st_size + 1);
	if (fread(stream.text, 1, stat.st_size, file) != (size_t)stat.st_size)
		die(path, "cannot be read");
	fclose(file);
	for (char *at = stream.text, *end = at + stat.st_size, *newline; at < end; at = newline + 1) {
		newline = memchr(at, '\n', end - at);
		if (!newline)
			break;
		if (stream.count == room)
			stream.lines = realloc(stream.lines, (room = 2 * room + 32) * sizeof *stream.lines);
		stream.count += parse_line(&stream.lines[stream.count], at, newline + 1 - at);
	}
	return stream;
}

/* Roots are the same when the directory and the first component of the SID are; directories come one after another. */
static struct session *session_of(const char *directory, int directory_length, const struct stream *stream)
{
	const struct line *first = &stream->lines[0];
	const char *slash = memchr(first->text + first->sid_at, '/', first->sid_length);
	int length = slash ? slash - first->text - first->sid_at : first->sid_length;
	char *root;

	if (asprintf(&root, "%.*s/%.*s", directory_length, directory, length, first->text + first->sid_at) < 0)
		die("memory", strerror(errno));
	for (int i = session_count; i-- > 0 && !strncmp(sessions[i].root, directory, directory_length);)
		if (!strcmp(sessions[i].root, root)) {
			free(root);
			return &sessions[i];
		}
	sessions = realloc(sessions, (session_count + 1) * sizeof *sessions);
	sessions[session_count] = (struct session){.root = root};
	return &sessions[session_count++];
}

static int by_time(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->stream != b->stream ? a->stream - b->stream : a->line - b->line;
}

/* The order of one process's lines is exact, its clock may step back: a line is never earlier than the one before it. */
static void order(struct session *session)
{
	for (int s = 0; s < session->stream_count; s++) {
		struct stream *stream = &session->streams[s];
		int64_t time = 0;

		session->steps = realloc(session->steps, (session->step_count + stream->count) * sizeof *session->steps);
		for (int l = 0; l < stream->count; l++) {
			if (stream->lines[l].time > time)
				time = stream->lines[l].time;
			session->steps[session->step_count++] = (struct step){s, l, time};
		}
	}
	qsort(session->steps, session->step_count, sizeof *session->steps, by_time);
}

static int by_name(const FTSENT **left, const FTSENT **right)
{
	return strcmp((*left)->fts_name, (*right)->fts_name);
}

void read_sessions(char *directory)
{
	char *paths[] = {directory, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	FTSENT *entry;

	if (!tree)
		die(directory, strerror(errno));
	while ((entry = fts_read(tree))) {
		if (entry->fts_info != FTS_F)
			continue;
		struct stream stream = read_stream(entry->fts_path);
		if (stream.count == 0)
			continue;
		struct session *session = session_of(entry->fts_path, entry->fts_pathlen - entry->fts_namelen - 1, &stream);
		session->streams =
			realloc(session->streams, (session->stream_count + 1) * sizeof *session->streams);
		session->streams[session->stream_count++] = stream;
	}
	fts_close(tree);
	if (session_count == 0)
		die(directory, "expected a directory with recorded streams, found none in it");
	for (int i = 0; i < session_count; i++)
		order(&sessions[i]);
}
