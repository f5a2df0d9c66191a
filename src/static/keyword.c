/* SPDX-License-Identifier: MIT */
#include "static/keyword.h"

#include "base/macro.h"

#define COMMAND(text)                                                                              \
	{                                                                                          \
		text, FIND_COMMAND, KEYWORD_STRING, NULL                                           \
	}
#define BOT(text, note)                                                                            \
	{                                                                                          \
		text, FIND_BOT, KEYWORD_STRING, note                                               \
	}
#define SQL(text)                                                                                  \
	{                                                                                          \
		text, FIND_SQL, KEYWORD_STRING, NULL                                               \
	}
#define LOGIN(text)                                                                                \
	{                                                                                          \
		text, FIND_CREDENTIAL, KEYWORD_WORD, "password of IoT devices"                     \
	}

const struct keyword keywords[] = {
	COMMAND("wget http"),
	COMMAND("wget -"),
	COMMAND("wget %s"),
	COMMAND("curl -"),
	COMMAND("curl http"),
	COMMAND("tftp -"),
	COMMAND("ftpget "),
	COMMAND("chmod +x"),
	COMMAND("chmod 777"),
	COMMAND("chmod 755"),
	COMMAND("chmod 0755"),
	COMMAND("chattr "),
	COMMAND("rm -rf"),
	COMMAND("rm -f "),
	COMMAND("/bin/sh -c"),
	COMMAND("bash -c"),
	COMMAND("bash -i"),
	COMMAND("/dev/tcp/"),
	COMMAND("nohup "),
	COMMAND("crontab -"),
	COMMAND("* * * * *"),
	COMMAND("iptables -"),
	COMMAND("killall "),
	COMMAND("pkill "),
	COMMAND("kill -9"),
	COMMAND("insmod "),
	COMMAND("systemctl "),
	COMMAND("update-rc.d "),
	COMMAND("chkconfig "),
	COMMAND("ln -s "),
	COMMAND("cp -f "),
	COMMAND("mkdir -p "),
	COMMAND("history -c"),
	COMMAND("base64 -d"),
	COMMAND("| sh"),
	COMMAND("|sh"),
	COMMAND("| bash"),
	COMMAND("|bash"),
	COMMAND("ps -ef"),
	COMMAND("ps aux"),
	COMMAND("netstat -"),
	COMMAND("ulimit -"),
	COMMAND("useradd "),
	COMMAND("echo -ne"),
	COMMAND("python -c"),
	COMMAND("perl -e"),
	COMMAND("setenforce 0"),
	COMMAND("cat /proc/"),
	COMMAND(">/dev/null 2>&1"),
	COMMAND("authorized_keys"),
	SQL("SELECT * FROM"),
	SQL("INSERT INTO "),
	SQL("DROP TABLE "),
	SQL("UNION SELECT"),
	SQL("xp_cmdshell"),
	{"Mozilla/", FIND_USER_AGENT, KEYWORD_REST, NULL},
	{"User-Agent: ", FIND_USER_AGENT, KEYWORD_REST, NULL},
	{"CVE-", FIND_CVE, KEYWORD_WORD, NULL},
	{"-----BEGIN ", FIND_KEY, KEYWORD_REST, "key or certificate in PEM"},
	{"ssh-rsa AAAA", FIND_KEY, KEYWORD_REST, "public key of ssh"},
	{"ssh-ed25519 AAAA", FIND_KEY, KEYWORD_REST, "public key of ssh"},
	BOT("/bin/busybox ", "Mirai's way to tell a shell"),
	BOT("applet not found", "Mirai's way to tell a shell"),
	BOT("GETLOCALIP", "Gafgyt command"),
	BOT("HTTPFLOOD", "Gafgyt command"),
	BOT("UDPFLOOD", "Gafgyt command"),
	BOT("TCPFLOOD", "Gafgyt command"),
	BOT("SYNFLOOD", "flood"),
	BOT("LOLNOGTFO", "Gafgyt command"),
	BOT("KILLATTK", "Gafgyt command"),
	BOT("PONG!", "Gafgyt reply"),
	BOT("MIRAI", "Mirai"),
	BOT("lolnogtfo", "Gafgyt command"),
	BOT("TSource Engine Query", "flood of game servers"),
	BOT("/etc/init.d/VsystemsshMdt", "BillGates"),
	BOT("/usr/bin/bsd-port", "BillGates"),
	BOT("stratum+tcp", "mining pool"),
	BOT("xmrig", "miner"),
	BOT("minerd", "miner"),
	BOT("cryptonight", "miner"),
	BOT("/dev/watchdog", "IoT bots keep the watchdog quiet"),
	BOT("POST /cdn-cgi/", "exploit of routers"),
	BOT("/ctrlt/DeviceUpgrade", "CVE-2017-17215"),
	BOT("/GponForm/", "CVE-2018-10561"),
	BOT("picsdesc.xml", "CVE-2014-8361"),
	BOT("/tmUnblock.cgi", "exploit of Linksys routers"),
	BOT("${jndi:", "CVE-2021-44228"),
	LOGIN("xc3511"),
	LOGIN("vizxv"),
	LOGIN("7ujMko0"),
	LOGIN("Zte521"),
	LOGIN("hi3518"),
	LOGIN("juantech"),
	LOGIN("klv1234"),
	LOGIN("tlJwpbo6"),
	LOGIN("xmhdipc"),
	LOGIN("S2fGqNFs"),
};

const size_t keyword_count = ARRAY_SIZE(keywords);
