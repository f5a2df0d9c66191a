// SPDX-License-Identifier: MIT
// Bots of routers, cameras and servers.

rule bot_mirai_idioms : bot
{
	meta:
		description = "Mirai and its offspring: how it tells a busybox shell and keeps the watchdog quiet"
		attack = "T1498"
		level = "high"
	strings:
		$busybox = /\/bin\/busybox [A-Z]{4,12}\x00/
		$applet = /[A-Z]{4,12}: applet not found/
		$watchdog1 = "/dev/watchdog"
		$watchdog2 = "/dev/misc/watchdog"
		$tcp = "/proc/net/tcp"
		$scan = "listening tun0"
		$report = "REPORT %s:%s"
	condition:
		uint32(0) == 0x464c457f and filesize < 1MB and
		($busybox or $applet or $scan or ($watchdog1 and $watchdog2 and $tcp) or
		 ($report and $watchdog1))
}

rule bot_mirai_table_key : bot
{
	meta:
		description = "Strings of Mirai's table under its key 0xdeadbeef (a byte-wise 0x22)"
		attack = "T1140"
		level = "high"
	strings:
		$listening = "listening tun0" xor(0x22)
		$watchdog = "/dev/watchdog" xor(0x22)
		$busybox = "/bin/busybox" xor(0x22)
		$enable = "enable\x00system\x00" xor(0x22)
		$applet = "applet not found" xor(0x22)
		$maps = "/proc/net/tcp" xor(0x22)
	condition:
		uint32(0) == 0x464c457f and filesize < 1MB and 2 of them
}

rule bot_gafgyt_commands : bot
{
	meta:
		description = "Gafgyt (Bashlite): commands of its channel"
		attack = "T1498"
		level = "high"
	strings:
		$a = "GETLOCALIP"
		$b = "LOLNOGTFO"
		$c = "KILLATTK"
		$d = "HOLD Flooding %s"
		$e = "JUNK Flooding %s"
		$f = "UDP Flooding %s"
		$g = "TCP Flooding %s"
		$h = "SCANNER ON | OFF"
		$i = "PONG!"
		$j = "My IP: %s"
	condition:
		uint32(0) == 0x464c457f and 3 of them
}

rule bot_billgates : bot
{
	meta:
		description = "Linux.BackDoor.Gates: paths and names of its parts"
		attack = "T1543.002"
		level = "high"
	strings:
		$a = "VsystemsshMdt"
		$b = "DbSecuritySpt"
		$c = "/usr/bin/bsd-port"
		$d = "knerl"
		$e = "11CUpdateGates"
		$f = "12CUpdateBill"
		$g = "/tmp/gates.lod"
		$h = "/tmp/moni.lod"
	condition:
		2 of them
}

rule bot_xorddos : bot
{
	meta:
		description = "XorDDoS: its key, service script and cron file"
		attack = "T1053.003"
		level = "high"
	strings:
		$key = "BB2FA36AAA9541F0"
		$cron = "/etc/cron.hourly/gcc.sh"
		$lib = "/lib/libudev.so"
		$tmp = "/var/run/gcc.pid"
		$service = "# Short-Description: "
	condition:
		uint32(0) == 0x464c457f and (($key and $service) or ($cron and ($lib or $tmp)))
}
