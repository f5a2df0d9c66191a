// SPDX-License-Identifier: MIT
// Ways in and ways to stay.

rule shell_reverse_one_liner : backdoor
{
	meta:
		description = "A shell over a connection, in one line"
		attack = "T1059.004"
		level = "high"
	strings:
		$bash = /bash -i >& ?\/dev\/tcp\/[0-9a-zA-Z.%$\{\}-]+\/[0-9a-zA-Z%$]+/
		$nc = /(nc|ncat|netcat) (-[a-z]+ )*-e \/bin\/(ba)?sh/
		$fifo = /mkfifo \/tmp\/[a-z]{1,8}; ?cat \/tmp\/[a-z]{1,8} ?\| ?\/bin\/sh -i/
		$python = /socket\.socket\([^)]{0,60}\).{0,120}os\.dup2\(s\.fileno\(\), ?0\)/
		$perl = "use Socket;$i=\""
	condition:
		filesize < 10MB and any of them
}

rule preload_rootkit : rootkit
{
	meta:
		description = "Library that hooks the reading of folders and can load itself into every program"
		attack = "T1574.006"
		level = "high"
	strings:
		$preload = "/etc/ld.so.preload"
		$next = "dlsym"
		$dir1 = "readdir64"
		$dir2 = "readdir"
		$hide1 = "/proc/net/tcp"
		$hide2 = "/proc/self/fd/%d"
		$pam = "pam_authenticate"
		$pcap = "pcap_loop"
	condition:
		uint32(0) == 0x464c457f and uint16(16) == 3 and filesize < 2MB and $preload and $next and
		($dir1 or $dir2) and 1 of ($hide1, $hide2, $pam, $pcap)
}

rule dropper_script : dropper
{
	meta:
		description = "Script that fetches a program for each processor type, runs it and removes it"
		attack = "T1105"
		level = "high"
	strings:
		$fetch = /(wget|curl|tftp|ftpget) [^\n]{0,40}[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/
		$mode = /chmod (\+x|777|755|0777|u\+x) /
		$run = /(;|&&|\n)[ \t]*(\.\/[A-Za-z0-9._-]+|\/tmp\/[A-Za-z0-9._-]+)/
		$gone = /rm -r?f? /
		$mips = /\b(mips|mipsel|mpsl|arm[4-7]l?|sh4|ppc|x86(_64)?)\b/
	condition:
		filesize < 100KB and uint32(0) != 0x464c457f and $fetch and $mode and
		(#mips >= 3 or ($run and $gone))
}

rule cron_or_key_planter : persistence
{
	meta:
		description = "Plants a cron line that fetches and runs, or a key for ssh"
		attack = "T1053.003"
		level = "high"
	strings:
		$cron = /\* \* \* \* [^\n]{0,40}(wget|curl) [^\n]{0,200}\| ?(ba)?sh/
		$key = /echo [^\n]{0,20}ssh-(rsa|ed25519) [A-Za-z0-9+\/=]{60,}[^\n]{0,60}>>[^\n]{0,60}authorized_keys/
	condition:
		filesize < 10MB and any of them
}

rule memfd_loader_with_fake_name : loader
{
	meta:
		description = "Runs a program from memory and hides as a kernel thread"
		attack = "T1620"
		level = "medium"
	strings:
		$memfd = "memfd_create"
		$exec1 = "fexecve"
		$exec2 = "/proc/self/fd/%d"
		$name = /\[(kworker|kthreadd|migration|watchdog|kswapd)[\/a-z0-9:]{0,16}\]/
	condition:
		uint32(0) == 0x464c457f and filesize < 20MB and $memfd and ($exec1 or $exec2) and $name
}
