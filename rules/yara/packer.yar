// SPDX-License-Identifier: MIT
// Packers and wrappers, also with their marks changed.

rule packer_upx : packer
{
	meta:
		description = "Packed with UPX, its marks in place"
		attack = "T1027.002"
		level = "medium"
	strings:
		$info = "$Info: This file is packed with the UPX executable packer"
		$magic = "UPX!"
	condition:
		uint32(0) == 0x464c457f and ($info or (#magic >= 2 and $magic in (0..0x400) and
		$magic in (filesize - 64..filesize)))
}

rule packer_upx_stub_text_changed : packer
{
	meta:
		description = "UPX's loader without its marks: they were changed to hinder unpacking"
		attack = "T1027.002"
		level = "high"
	strings:
		// Messages and names that every Linux stub holds.
		$proc = "/proc/self/exe"
		$prot = "PROT_EXEC|PROT_WRITE failed."
		$magic = "UPX!"
	condition:
		uint32(0) == 0x464c457f and $prot and $proc and not $magic
}

rule packer_shc : packer
{
	meta:
		description = "Shell script compiled by shc"
		attack = "T1027.002"
		level = "medium"
	strings:
		$a = "has expired!"
		$b = "neither argv[0] nor $_ works."
		$c = "Please contact your provider"
	condition:
		uint32(0) == 0x464c457f and 2 of them
}

rule packer_pyinstaller : packer
{
	meta:
		description = "Python program bundled by PyInstaller"
		level = "low"
	strings:
		$cookie = { 4d 45 49 0c 0b 0a 0b 0e }
		$name = "_MEIPASS2"
		$archive = "PyInstaller archive"
	condition:
		uint32(0) == 0x464c457f and $cookie and ($name or $archive)
}
