#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the other formats, and images that lack what a rung of the start-up needs, from an ELF core.

usage: memory-variants.py CORE FOLDER
Writes CORE's memory as raw, LiME and AVML; and raw without VMCOREINFO (.nopage), and also without
the symbol table (.nosymbols). Each gets a link to the core's .truth beside it.
"""
import mmap
import pathlib
import struct
import sys

BLOCK = 65536


def segments(core):
    at, count = struct.unpack_from("<Q", core, 32)[0], struct.unpack_from("<H", core, 56)[0]
    for i in range(count):
        kind, _, offset, _, paddr, size = struct.unpack_from("<IIQQQQ", core, at + 56 * i)
        if kind == 1:
            yield paddr, offset, size


def write_raw(core, path, change=lambda memory: None):
    end = max(paddr + size for paddr, _, size in segments(core) if paddr < 1 << 31)
    with open(path, "wb+") as out:
        out.truncate(end)
        memory = mmap.mmap(out.fileno(), end)
        for paddr, offset, size in segments(core):
            if paddr + size <= end:
                memory[paddr:paddr + size] = core[offset:offset + size]
        change(memory)


def drop_pages(memory):
    at = memory.find(b"OSRELEASE=")
    while at >= 0:
        memory[at:at + 10] = b"XSRELEASE="
        at = memory.find(b"OSRELEASE=", at)


def drop_symbols(memory):
    drop_pages(memory)
    digits = b"".join(b"%d\0" % digit for digit in range(10))
    at = memory.find(digits)
    while at >= 0:
        memory[at:at + 2] = b"x\0"
        at = memory.find(digits, at)


def write_lime(core, path):
    with open(path, "wb") as out:
        for paddr, offset, size in segments(core):
            out.write(struct.pack("<IIQQQ", 0x4C694D45, 1, paddr, paddr + size - 1, 0))
            out.write(core[offset:offset + size])


def snappy_block(data):
    """A zero block as a literal and copies, any other as one literal."""
    size = len(data)
    head, rest = b"", size
    while rest > 127:
        head, rest = head + bytes([rest & 127 | 128]), rest >> 7
    head += bytes([rest])
    if data.count(0) == size:
        body, left = b"\0\0", size - 1
        while left:
            part = min(left, 64)
            body, left = body + bytes([2 | part - 1 << 2, 1, 0]), left - part
        return head + body
    return head + bytes([61 << 2]) + struct.pack("<H", size - 1) + data


def write_avml(core, path):
    zero = snappy_block(bytes(BLOCK))
    with open(path, "wb") as out:
        for paddr, offset, size in segments(core):
            out.write(struct.pack("<IIQQQ", 0x4C4D5641, 2, paddr, paddr + size - 1, 0))
            start = out.tell()
            out.write(b"\xff\6\0\0sNaPpY")
            for at in range(0, size, BLOCK):
                data = core[offset + at:offset + min(at + BLOCK, size)]
                block = zero if data == bytes(BLOCK) else snappy_block(data)
                out.write(b"\0" + struct.pack("<I", len(block) + 4)[:3] + bytes(4) + block)
            out.write(struct.pack("<Q", out.tell() - start))


def main():
    source, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with open(source, "rb") as file:
        core = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    makers = {
        "raw": write_raw,
        "nopage": lambda core, path: write_raw(core, path, drop_pages),
        "nosymbols": lambda core, path: write_raw(core, path, drop_symbols),
        "lime": write_lime,
        "avml": write_avml,
    }
    for name, make in makers.items():
        path = folder / f"{source.stem}-{name}.img"
        make(core, path)
        path.with_suffix(".truth").write_bytes(source.with_suffix(".truth").read_bytes())


main()
