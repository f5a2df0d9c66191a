// SPDX-License-Identifier: MIT
// The harmless file that every scanner knows.

rule test_eicar : test
{
	meta:
		description = "EICAR's test file"
		level = "informational"
	strings:
		$eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
	condition:
		filesize < 1MB and $eicar
}
