/* SPDX-License-Identifier: MIT */
#pragma once
/* What rules want to know of the processes: built from the events themselves, so that rules can be
 * tested with literal events. */
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/model.h"

enum {
	ACTORS_MAX = 100001,                 /* the model's processes, numbered from 1 */
	ACTORS_BYTES_MAX = 64 * 1024 * 1024, /* of command lines */
	ACTOR_CALLS = 512,                   /* numbers of system calls that are told apart */
	ACTOR_NAMES_MAX = 4096,              /* addresses that a name was answered with */
};

/* A program that runs; shared by a process and its forks. */
struct program {
	unsigned references;
	size_t bytes;
	char *image;
	char *command_line;
	char *cwd;
};

struct actor {
	struct program *program; /* NULL: not known */
	uint32_t parent;         /* index, 0: not known */
	uint64_t uid;
	bool is_sample;
	char name[16];       /* comm */
	uint8_t *calls_seen; /* bit for each ABI and number since the last exec */
};

struct address_name {
	char address[46];
	char *name;
};

struct actors {
	vec(struct actor) list; /* index n is process "p<n>"; 0 is unused */
	size_t bytes;
	vec(struct address_name) names;
};

void actors_deinit(struct actors *actors);
/* The process's entry, made when it is new; NULL for no id and for one beyond ACTORS_MAX. Lasts
 * until the next call that makes one. */
struct actor *actors_get(struct actors *actors, const char *id);
/* Only one that is there. */
const struct actor *actors_find(const struct actors *actors, const char *id);
const struct actor *actors_parent(const struct actors *actors, const struct actor *actor);
/* Takes what the event tells: call before the rules see it. */
void actors_update(struct actors *actors, const struct event *event);
/* Whether this process's program made this call for the first time. Remembers it. */
bool actor_call_is_new(struct actor *actor, const char *abi, uint64_t number);
/* The name that DNS answered with this address, the last one; NULL for none. */
const char *actors_name_of(const struct actors *actors, const char *address);
