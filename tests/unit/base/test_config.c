/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/file.h"

static const struct setting settings[] = {
	{.name = "timeout", .argument = "TIME", .fallback = "30s", .doc = ""},
	{.name = "static-only", .doc = ""},
	{.name = "args", .argument = "ARG", .doc = "", .is_list = true},
};

static char path[] = "/tmp/habo-config-XXXXXX";

static void write_file(const char *text)
{
	assert_null(file_write(path, text, strlen(text), 0600));
}

static int make_file(void **state UNUSED)
{
	int fd = mkostemp(path, O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state UNUSED)
{
	return unlink(path);
}

static void later_sources_win(void **state UNUSED)
{
	cleanup_config struct config config;

	config_init(&config, "analyze", settings, ARRAY_SIZE(settings));
	assert_string_equal(config_get(&config, "timeout"), "30s");
	write_file(
		"timeout = 10s\n[other]\nnonsense = 1\n[analyze]\n# a comment\nstatic-only=yes\n");
	assert_null(config_load_file(&config, path, true));
	assert_string_equal(config_get(&config, "timeout"), "10s");
	assert_true(config_is_on(&config, "static-only"));
	setenv("HABO_TIMEOUT", "20s", 1);
	setenv("HABO_STATIC_ONLY", "no", 1);
	assert_null(config_load_environment(&config));
	unsetenv("HABO_TIMEOUT");
	unsetenv("HABO_STATIC_ONLY");
	assert_string_equal(config_get(&config, "timeout"), "20s");
	assert_false(config_is_on(&config, "static-only"));
	assert_null(config_set_flag(&config, "timeout", "5s"));
	assert_string_equal(config_get(&config, "timeout"), "5s");
	assert_string_equal(config.values[0].origin, "command line");
	assert_string_equal(config.values[1].origin, "environment");
}

static void a_list_adds_up_within_one_source_only(void **state UNUSED)
{
	cleanup_config struct config config;
	size_t count;

	config_init(&config, "analyze", settings, ARRAY_SIZE(settings));
	write_file("args = a\nargs = b\n");
	assert_null(config_load_file(&config, path, true));
	config_get_list(&config, "args", &count);
	assert_int_equal(count, 2);
	assert_null(config_set_flag(&config, "args", "x"));
	assert_null(config_set_flag(&config, "args", "y"));
	const char *const *list = config_get_list(&config, "args", &count);
	assert_int_equal(count, 2);
	assert_string_equal(list[0], "x");
	assert_string_equal(list[1], "y");
}

static void refused(const char *text, const char *expected)
{
	cleanup_config struct config config;

	config_init(&config, "analyze", settings, ARRAY_SIZE(settings));
	write_file(text);
	cleanup_error struct error *err = config_load_file(&config, path, true);
	assert_non_null(err);
	assert_non_null(strstr(error_message(err), expected));
	assert_int_equal(error_code(err), ERROR_USAGE);
}

static void mistakes_name_their_line(void **state UNUSED)
{
	refused("timeout = 1\nnonsense = 1\n", ":2: there is no setting 'nonsense'");
	refused("static-only = perhaps\n", ":1: 'static-only' is yes or no");
	refused("\n\n[analyze\n", ":3: a section wants");
	refused("timeout\n", ":1: neither");
}

static void a_missing_file_is_an_error_only_when_it_was_asked_for(void **state UNUSED)
{
	cleanup_config struct config config;

	config_init(&config, "analyze", settings, ARRAY_SIZE(settings));
	assert_null(config_load_file(&config, "/nonexistent/habo.conf", false));
	cleanup_error struct error *err = config_load_file(&config, "/nonexistent/habo.conf", true);
	assert_non_null(err);
}

static void the_users_file_is_found_and_gives_the_origin(void **state UNUSED)
{
	char folder[] = "/tmp/habo-config-home-XXXXXX";
	assert_non_null(mkdtemp(folder));
	cleanup_free char *own = xasprintf("%s/habo", folder);
	cleanup_free char *file = xasprintf("%s/habo.conf", own);
	cleanup_config struct config config;

	assert_null(file_make_folders(own, 0700));
	assert_null(file_write(file, "[analyze]\ntimeout = 7s\n", 24, 0600));
	setenv("XDG_CONFIG_HOME", folder, 1);
	config_init(&config, "analyze", settings, ARRAY_SIZE(settings));
	assert_null(config_load_usual_files(&config));
	unsetenv("XDG_CONFIG_HOME");
	assert_string_equal(config_get(&config, "timeout"), "7s");
	assert_string_equal(config.values[0].origin, file);
	assert_string_equal(config.values[1].origin, "default");
	/* The file of -c comes after it. */
	write_file("timeout = 8s\n");
	assert_null(config_load_file(&config, path, true));
	assert_string_equal(config_get(&config, "timeout"), "8s");
	assert_string_equal(config.values[0].origin, path);
	assert_null(file_remove_tree(folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_sources_win),
		cmocka_unit_test(a_list_adds_up_within_one_source_only),
		cmocka_unit_test(the_users_file_is_found_and_gives_the_origin),
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(a_missing_file_is_an_error_only_when_it_was_asked_for),
	};
	return cmocka_run_group_tests_name("base/config", tests, make_file, remove_file);
}
