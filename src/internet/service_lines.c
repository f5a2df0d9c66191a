/* SPDX-License-Identifier: MIT */
/*
 * Services of text lines, each a table: a greeting, and a reply for each command. In replies, $1 is the
 * first word behind the command, $n the name the client gave itself.
 */
#include <string.h>
#include <strings.h>

#include "internet/services.h"

enum { MAX_LINE = 4096, MAX_PORTS = 6, MAX_REPLIES = 20 };

enum effect {
	EFFECT_NONE,
	EFFECT_CLOSE,
	EFFECT_NICK, /* the first word is the client's name */
	EFFECT_DATA, /* lines up to a single dot are a mail */
	EFFECT_NEXT, /* on to the next step */
};

struct reply {
	const char *command; /* in any case; "" takes any line; NULL ends the table */
	const char *text;
	enum effect effect;
	unsigned step; /* only at this step; 0: at any */
};

struct line_protocol {
	uint16_t ports[MAX_PORTS]; /* where the server speaks first; ends with 0 */
	const char *greeting;
	struct reply replies[MAX_REPLIES];
};

static const struct line_protocol smtp = {
	.ports = {25, 587, 2525},
	.greeting = "220 mail.example.net ESMTP Postfix\r\n",
	.replies = {{"EHLO",
		     "250-mail.example.net\r\n250-SIZE 52428800\r\n250-AUTH LOGIN PLAIN\r\n"
		     "250 8BITMIME\r\n",
		     EFFECT_NONE, 0},
		    {"HELO", "250 mail.example.net\r\n", EFFECT_NONE, 0},
		    {"MAIL", "250 2.1.0 Ok\r\n", EFFECT_NONE, 0},
		    {"RCPT", "250 2.1.5 Ok\r\n", EFFECT_NONE, 0},
		    {"DATA", "354 End data with <CR><LF>.<CR><LF>\r\n", EFFECT_DATA, 0},
		    {"AUTH", "235 2.7.0 Authentication successful\r\n", EFFECT_NONE, 0},
		    {"RSET", "250 2.0.0 Ok\r\n", EFFECT_NONE, 0},
		    {"NOOP", "250 2.0.0 Ok\r\n", EFFECT_NONE, 0},
		    {"QUIT", "221 2.0.0 Bye\r\n", EFFECT_CLOSE, 0},
		    {"", "502 5.5.2 Error: command not recognized\r\n", EFFECT_NONE, 0}},
};

static const struct line_protocol ftp = {
	.ports = {21, 2121},
	.greeting = "220 (vsFTPd 3.0.3)\r\n",
	.replies = {{"USER", "331 Please specify the password.\r\n", EFFECT_NONE, 0},
		    {"PASS", "230 Login successful.\r\n", EFFECT_NONE, 0},
		    {"SYST", "215 UNIX Type: L8\r\n", EFFECT_NONE, 0},
		    {"TYPE", "200 Switching to Binary mode.\r\n", EFFECT_NONE, 0},
		    {"PWD", "257 \"/\" is the current directory\r\n", EFFECT_NONE, 0},
		    {"CWD", "250 Directory successfully changed.\r\n", EFFECT_NONE, 0},
		    {"EPSV", "229 Entering Extended Passive Mode (|||40021|)\r\n", EFFECT_NONE, 0},
		    {"STOR", "150 Ok to send data.\r\n226 Transfer complete.\r\n", EFFECT_NONE, 0},
		    {"RETR", "550 Failed to open file.\r\n", EFFECT_NONE, 0},
		    {"QUIT", "221 Goodbye.\r\n", EFFECT_CLOSE, 0},
		    {"", "500 Unknown command.\r\n", EFFECT_NONE, 0}},
};

static const struct line_protocol pop3 = {
	.ports = {110},
	.greeting = "+OK Dovecot ready.\r\n",
	.replies = {{"STAT", "+OK 0 0\r\n", EFFECT_NONE, 0},
		    {"LIST", "+OK 0 messages:\r\n.\r\n", EFFECT_NONE, 0},
		    {"QUIT", "+OK Logging out.\r\n", EFFECT_CLOSE, 0},
		    {"", "+OK\r\n", EFFECT_NONE, 0}},
};

static const struct line_protocol telnet = {
	.ports = {23, 2323},
	.greeting = "\r\nlogin: ",
	.replies = {{"", "Password: ", EFFECT_NEXT, 1},
		    {"", "\r\n\r\nBusyBox v1.19.4 built-in shell (ash)\r\n\r\n# ", EFFECT_NEXT, 2},
		    {"exit", "", EFFECT_CLOSE, 3},
		    {"", "# ", EFFECT_NONE, 3}},
};

static const struct line_protocol irc = {
	.replies = {{"NICK", "", EFFECT_NICK, 0},
		    {"USER",
		     ":irc.example.net 001 $n :Welcome\r\n"
		     ":irc.example.net 002 $n :Your host is irc.example.net\r\n"
		     ":irc.example.net 003 $n :This server was created long ago\r\n"
		     ":irc.example.net 004 $n irc.example.net u2.10.12 iow biklmnopstv\r\n"
		     ":irc.example.net 422 $n :MOTD File is missing\r\n",
		     EFFECT_NONE, 0},
		    {"PING", ":irc.example.net PONG irc.example.net $1\r\n", EFFECT_NONE, 0},
		    {"JOIN",
		     ":$n!u@h JOIN $1\r\n:irc.example.net 353 $n = $1 :$n @op\r\n"
		     ":irc.example.net 366 $n $1 :End of /NAMES list.\r\n",
		     EFFECT_NONE, 0},
		    {"QUIT", "ERROR :Closing link\r\n", EFFECT_CLOSE, 0},
		    {"", "", EFFECT_NONE, 0}},
};

static const struct line_protocol ssh = {
	.ports = {22, 2222},
	.greeting = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
	.replies = {{"", "", EFFECT_NONE, 0}},
};

static void feed(struct session *session);

static const struct service services[] = {
	{"smtp", feed, &smtp},     {"ftp", feed, &ftp}, {"pop3", feed, &pop3},
	{"telnet", feed, &telnet}, {"irc", feed, &irc}, {"ssh", feed, &ssh},
};

/* First words of a client that speaks first. */
static const struct {
	const char *word;
	const char *service;
} openers[] = {
	{"NICK ", "irc"}, {"USER ", "irc"},  {"PASS ", "irc"},
	{"CAP ", "irc"},  {"EHLO ", "smtp"}, {"HELO ", "smtp"},
};

enum { STEP_LOGIN = 1, STEP_MAIL = 100 };

static const struct service *find_service(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	return NULL;
}

const struct service *service_line_greet(struct session *session)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const struct line_protocol *protocol = services[i].table;
		for (size_t j = 0; j < MAX_PORTS && protocol->ports[j]; j++) {
			if (protocol->ports[j] != session->local_port)
				continue;
			buffer_append_text(&session->output, protocol->greeting);
			return &services[i];
		}
	}
	return NULL;
}

enum http_state service_line_sniff(struct span bytes, const struct service **ret)
{
	enum http_state state = HTTP_NOT;

	for (size_t i = 0; i < ARRAY_SIZE(openers); i++) {
		struct span word = span_text(openers[i].word);
		size_t common = min_of(bytes.size, word.size);
		if (!span_equal(span_clip(bytes, 0, common), span_clip(word, 0, common)))
			continue;
		if (common == word.size) {
			*ret = find_service(openers[i].service);
			return HTTP_DONE;
		}
		state = HTTP_MORE;
	}
	return state;
}

static bool is_printable(uint8_t c)
{
	return c > ' ' && c < 0x7f;
}

/* The first word behind the command. */
static struct span argument(struct span line, size_t command_size)
{
	size_t start = command_size;

	while (start < line.size && span_u8(line, start) == ' ')
		start++;
	size_t end = start;
	while (end < line.size && is_printable(span_u8(line, end)))
		end++;
	return span_clip(line, start, end - start);
}

static void append_reply(struct session *session, const char *text, struct span word)
{
	for (; *text; text++) {
		if (text[0] == '$' && text[1] == '1')
			buffer_append(&session->output, word.data, word.size);
		else if (text[0] == '$' && text[1] == 'n')
			buffer_append_text(&session->output,
					   session->nick[0] ? session->nick : "*");
		else {
			buffer_append_char(&session->output, *text);
			continue;
		}
		text++;
	}
}

static void set_nick(struct session *session, struct span word)
{
	struct span cut = span_clip(word, 0, SESSION_NICK_SIZE - 1);

	memcpy(session->nick, cut.data, cut.size);
	session->nick[cut.size] = '\0';
}

static void apply(struct session *session, const struct reply *reply, struct span line)
{
	struct span word = argument(line, strlen(reply->command));

	if (reply->effect == EFFECT_NICK)
		set_nick(session, word);
	append_reply(session, reply->text, word);
	if (reply->effect == EFFECT_CLOSE)
		session->is_closing = true;
	else if (reply->effect == EFFECT_DATA)
		session->step = STEP_MAIL;
	else if (reply->effect == EFFECT_NEXT)
		session->step++;
}

static void take_line(struct session *session, struct span line)
{
	const struct line_protocol *protocol = session->service->table;

	if (session->step == 0)
		session->step = STEP_LOGIN;
	if (session->step == STEP_MAIL) {
		if (span_equal_text(line, ".")) {
			session->step = STEP_LOGIN;
			buffer_append_text(&session->output, "250 2.0.0 Ok: queued as 4XkzQp1\r\n");
		}
		return;
	}
	for (const struct reply *reply = protocol->replies; reply->command; reply++) {
		size_t size = strlen(reply->command);
		if ((reply->step && reply->step != session->step) || line.size < size ||
		    strncasecmp((const char *)line.data, reply->command, size) != 0)
			continue;
		apply(session, reply, line);
		return;
	}
}

static void feed(struct session *session)
{
	struct span input = buffer_span(&session->input);
	size_t end = span_find(input, span_text("\n"), 0);

	if (end == SIZE_MAX) {
		if (input.size > MAX_LINE)
			buffer_consume(&session->input, input.size);
		return;
	}
	size_t size = end && span_u8(input, end - 1) == '\r' ? end - 1 : end;
	take_line(session, span_clip(input, 0, size));
	buffer_consume(&session->input, end + 1);
}
