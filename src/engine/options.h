/* SPDX-License-Identifier: MIT */
#pragma once
/* What one analysis is asked to do. Plain data; the caller owns all of it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

struct analysis_file {
	const char *host_path;
	const char *guest_path;
};

enum network_mode {
	NETWORK_SIMULATED, /* every name answered, every connection accepted */
	NETWORK_REFUSE,    /* every connection reset */
	NETWORK_NONE,      /* no answer to anything */
};

struct analysis_options {
	const char *sample_path;
	const char *output;      /* folder of the result; made */
	const char *name;        /* file name in the guest; NULL: as on the host */
	const char *user;        /* in the guest */
	const char *cwd;         /* NULL: where the sample is put */
	const char *image;       /* name of the guest image */
	const char *state;       /* folder of images and templates */
	const char *accelerator; /* auto, kvm or tcg */
	const char *const *arguments;
	size_t argument_count;
	const char *const *environment; /* NAME=VALUE, over the usual ones */
	size_t environment_count;
	const struct analysis_file *with;
	size_t with_count;
	const char *setup; /* script on the host, or NULL */
	const char *input; /* file on the host that becomes stdin, or NULL */
	const char *const *monitors;
	size_t monitor_count;
	const char *const *rule_folders; /* YARA and Sigma, beyond our own */
	size_t rule_folder_count;
	enum network_mode network;
	bool static_only;
	bool keep_memory;
	uint64_t timeout_ms; /* how long the sample may run */
	uint64_t setup_timeout_ms;
	uint64_t file_limit;                     /* bytes of one file that is brought out */
	uint64_t files_limit;                    /* of all */
	const struct analysis_option *effective; /* for analysis.options */
	size_t effective_count;
	int interrupt_fd; /* readable: end the run now and report what there is; -1: none */
	/* Called as stages begin; may be NULL. */
	void (*progress)(void *context, const char *stage);
	void *progress_context;
};
