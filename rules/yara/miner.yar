// SPDX-License-Identifier: MIT
// Miners of cryptocurrencies.

rule miner_stratum_program : miner
{
	meta:
		description = "Speaks the mining pools' protocol and names its algorithms"
		attack = "T1496"
		level = "high"
	strings:
		$pool1 = "stratum+tcp://"
		$pool2 = "stratum+ssl://"
		$job = "mining.notify"
		$submit = "mining.submit"
		$login = "\"method\":\"login\""
		$a = "cryptonight" nocase
		$b = "randomx" nocase
		$c = "donate-level"
		$d = "nicehash" nocase
		$e = "hashrate" nocase
	condition:
		uint32(0) == 0x464c457f and
		((any of ($pool*) and 2 of ($a, $b, $c, $d, $e)) or
		 (($job or $login) and $submit and 1 of ($a, $b, $c, $d)))
}

rule miner_script : miner
{
	meta:
		description = "A script that starts a miner against a pool"
		attack = "T1496"
		level = "high"
	strings:
		$name = /\b(xmrig|minerd|cpuminer|kdevtmpfsi|t-rex)\b/
		$pool = /(-o|--url|--pool)[ =](stratum\+(tcp|ssl):\/\/)?[a-z0-9.-]+:[0-9]{2,5}/
	condition:
		uint16(0) == 0x2123 and all of them
}
