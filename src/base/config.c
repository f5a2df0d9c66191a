/* SPDX-License-Identifier: MIT */
#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum { CONFIG_FILE_LIMIT = 1024 * 1024 };

static const char flags_origin[] = "command line";

static void value_clear(struct config_value *value)
{
	vec_foreach(&value->texts, text)
		free(*text);
	vec_clear(&value->texts);
}

static void value_begin(struct config_value *value, const char *origin)
{
	value_clear(value);
	free(value->origin);
	value->origin = xstrdup(origin);
}

void config_init(struct config *config, const char *section, const struct setting *settings,
		 size_t count)
{
	*config = (struct config){
		.section = section,
		.settings = settings,
		.count = count,
		.values = xcalloc(count, sizeof(*config->values)),
	};
	for (size_t i = 0; i < count; i++) {
		value_begin(&config->values[i], "default");
		if (settings[i].fallback)
			vec_add(&config->values[i].texts, xstrdup(settings[i].fallback));
	}
}

void config_deinit(struct config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		value_clear(&config->values[i]);
		vec_deinit(&config->values[i].texts);
		free(config->values[i].origin);
	}
	free(config->values);
	*config = (struct config){0};
}

static const struct setting *find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->count; i++)
		if (text_equal(config->settings[i].name, name))
			return &config->settings[i];
	return NULL;
}

static struct config_value *value_of(const struct config *config, const struct setting *setting)
{
	return &config->values[setting - config->settings];
}

static bool switch_parse(const char *text, bool *ret)
{
	static const char *const on[] = {"yes", "true", "on", "1"};
	static const char *const off[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(on); i++)
		if (text_equal(text, on[i]) || text_equal(text, off[i])) {
			*ret = text_equal(text, on[i]);
			return true;
		}
	return false;
}

/* Takes one value; a new origin replaces what was there, and so does a second value of what is no
 * list. */
static struct error *take(struct config *config, const char *name, const char *text,
			  const char *origin)
{
	const struct setting *setting = find(config, name);
	bool ignored;

	if (!setting)
		return error_new(ERROR_USAGE, "there is no setting '%s'", name);
	if (!setting->argument && !switch_parse(text, &ignored))
		return error_new(ERROR_USAGE, "'%s' is yes or no, not '%s'", name, text);
	struct config_value *value = value_of(config, setting);
	if (!setting->is_list || !text_equal(value->origin, origin))
		value_begin(value, origin);
	vec_add(&value->texts, xstrdup(text));
	return NULL;
}

static char *trim(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t size = strlen(text);
	while (size && isspace((unsigned char)text[size - 1]))
		text[--size] = '\0';
	return text;
}

/* One line of a file. in_section: whether its section is ours, kept up to date. */
static struct error *read_line(struct config *config, char *line, const char *path,
			       bool *in_section)
{
	line = trim(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return NULL;
	if (*line == '[') {
		size_t size = strlen(line);
		if (line[size - 1] != ']')
			return error_new(ERROR_USAGE, "a section wants a ']'");
		line[size - 1] = '\0';
		*in_section = text_equal(trim(line + 1), config->section);
		return NULL;
	}
	if (!*in_section)
		return NULL;
	char *equal = strchr(line, '=');
	if (!equal)
		return error_new(ERROR_USAGE, "neither a section nor 'name = value'");
	*equal = '\0';
	return take(config, trim(line), trim(equal + 1), path);
}

struct error *config_load_file(struct config *config, const char *path, bool must_exist)
{
	cleanup_free char *text = NULL;
	bool in_section = true;
	unsigned number = 0;

	struct error *err = file_read(path, CONFIG_FILE_LIMIT, &text, NULL);
	if (err && !must_exist && error_errnum(err) == ENOENT) {
		error_free(err);
		return NULL;
	}
	if (err)
		return err;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		number++;
		err = read_line(config, line, path, &in_section);
		if (err)
			return error_wrap(err, "%s:%u", path, number);
	}
	return NULL;
}

struct error *config_load_usual_files(struct config *config)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	cleanup_free char *path = NULL;

	struct error *err = config_load_file(config, "/etc/habo/habo.conf", false);
	if (err)
		return err;
	if (folder && *folder == '/')
		path = xasprintf("%s/habo/habo.conf", folder);
	else if (home && *home == '/')
		path = xasprintf("%s/.config/habo/habo.conf", home);
	return path ? config_load_file(config, path, false) : NULL;
}

struct error *config_load_environment(struct config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		cleanup_free char *name = xasprintf("HABO_%s", config->settings[i].name);
		for (char *c = name; *c; c++)
			*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
		const char *text = getenv(name);
		if (!text)
			continue;
		struct error *err = take(config, config->settings[i].name, text, "environment");
		if (err)
			return error_wrap(err, "%s", name);
	}
	return NULL;
}

struct error *config_set_flag(struct config *config, const char *name, const char *value)
{
	return take(config, name, value, flags_origin);
}

static const struct config_value *must_find(const struct config *config, const char *name)
{
	const struct setting *setting = find(config, name);

	if (!setting)
		abort();
	return value_of(config, setting);
}

const char *config_get(const struct config *config, const char *name)
{
	const struct config_value *value = must_find(config, name);

	return value->texts.count ? value->texts.data[value->texts.count - 1] : NULL;
}

bool config_is_on(const struct config *config, const char *name)
{
	const char *text = config_get(config, name);
	bool is_on = false;

	return text && switch_parse(text, &is_on) && is_on;
}

const char *const *config_get_list(const struct config *config, const char *name, size_t *ret_count)
{
	const struct config_value *value = must_find(config, name);

	*ret_count = value->texts.count;
	return (const char *const *)value->texts.data;
}
