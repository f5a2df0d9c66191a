#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares src/elf with readelf -W, field by field: readelf.py ELF_DUMP FILE-OR-FOLDER...

Prints every difference that known_differences.txt does not explain, then a line with counts;
exit status 1 when one is left. A known difference is "kind regex", matched against "ours | theirs".
"""
import os
import re
import subprocess
import sys
from collections import Counter

KNOWN = os.path.join(os.path.dirname(__file__), "known_differences.txt")
UNIQUE = re.compile(r"^(<.*|UNIQUE|IFUNC)")
PREFIX = re.compile(r"( |^)(ARM|AARCH64|MIPS|PPC64|PPC|RISCV|IA_64)_(?=[A-Z])")


def run(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode(
        "utf-8", "surrogateescape")


def number(text):
    return int(text, 16) if text.startswith("0x") else int(text)


def header(text):
    get = lambda name: re.search(r"^  %s:\s+(.*)$" % re.escape(name), text, re.M).group(1)
    num = lambda name: number(get(name).split()[0])
    kinds = {"NONE": 0, "REL": 1, "EXEC": 2, "DYN": 3, "CORE": 4}
    return "H %d %d %d %x %d %d %x %d %d %d %d %d %d" % (
        get("Class") == "ELF64", "big" in get("Data"), kinds[get("Type").split()[0]],
        num("Entry point address"), num("Start of program headers"), num("Start of section headers"),
        number(get("Flags").split(",")[0].split()[0]), num("Size of this header"),
        num("Size of program headers"), num("Number of program headers"),
        num("Size of section headers"), num("Number of section headers"),
        num("Section header string table index"))


def segments(text):
    rows = []
    body, _, maps = text.partition("Section to Segment mapping")
    for m in re.finditer(r"^  (\S+)\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) "
                         r"0x([0-9a-f]+) ([R ])([W ])([E ]) (\S+)", body, re.M):
        g = m.groups()
        flags = "".join(x if x != " " else "-" for x in g[6:9])
        hexes = " ".join("%x" % int(x, 16) for x in g[1:6])
        kind = PREFIX.sub("", re.sub(r"^(LOOS|LOPROC|<unknown>).*", "?", g[0]))
        rows.append("P %d %s %s %s %x" % (len(rows), kind, hexes, flags, number(g[9])))
    for m in re.finditer(r"^   (\d\d+)[ \t]*(.*)$", maps, re.M):
        rows.append(("M %d %s" % (int(m.group(1)), " ".join(m.group(2).split()))).strip())
    return rows


def sections(text):
    rows = []
    for m in re.finditer(r"^  \[\s*(\d+)\] (.*?)\s*(\S+)\s+([0-9a-f]{8,16}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) "
                         r"([0-9a-f]{2,}) \s*([A-Za-z]*)\s+(\d+)\s+(\d+)\s+(\d+)$", text, re.M):
        index, name, kind, addr, off, size, entry, _, link, info, align = m.groups()
        kind = {"VERNEED": "GNU_verneed", "VERSYM": "GNU_versym", "VERDEF": "GNU_verdef"}.get(kind, kind)
        rows.append("S %s %s %s %x %x %x %x %s %s %s" % (
            index, name, re.sub(r"^(LOOS|LOPROC|LOUSER)\+.*", "?", kind), int(addr, 16), int(off, 16), int(size, 16), int(entry, 16), link, info, align))
    return rows


def dynamic(text):
    rows = []
    for m in re.finditer(r"^ 0x([0-9a-f]+) \((.*?)\)[ \t]*(.*)$", text, re.M):
        tag, name, value = m.groups()
        if name == "NULL":
            continue
        inner = re.search(r"\[(.*)\]$", value)
        rows.append("D %x %s %s" % (int(tag, 16), name.split(":")[0], inner.group(1) if inner else value))
    return rows


def symbols(text):
    rows = []
    table = "s"
    for line in text.split("\n"):
        if line.startswith("Symbol table"):
            table = "d" if "'.dynsym'" in line or "image" in line else "s"
            continue
        m = re.match(r"\s*(\d+): ([0-9a-f]{8,16})\s+(\S+) (<.*?>: \d+|\S+)\s+(<.*?>: \d+|\S+)\s+(DEFAULT|HIDDEN|INTERNAL|PROTECTED)"
                     r"\s+(?:\[.*?\]\s+)?(\S+)(?: (.*))?$", line)
        if not m:
            continue
        num, value, size, kind, bind, vis, index, name = m.groups()
        name = re.sub(r" \(\d+\)$", "", name or "")
        name = re.sub(r"^\s*\[<other>: \w+\]\s*|^\s*\[VARIANT_PCS\]\s*", "", name)
        index = {"UND": "0"}.get(index, index)
        rows.append(("Y %s %s %x %d %s %s %s %s %s" % (
            table, num, int(value, 16), number(size), UNIQUE.sub("?", kind),
            UNIQUE.sub("?", bind), vis, index, name)).strip())
    return rows


def relocations(text):
    text = re.sub(r"^Relocation section '\.relr[^\n]*\n(.+\n)*", "", text, flags=re.M)
    return [(int(a, 16), int(b, 16)) for a, b in
            re.findall(r"^([0-9a-f]{8,16})\s+([0-9a-f]{8,16})\s+\S+", text, re.M)]


def theirs(path):
    text = run("readelf", "-hW", path)
    if "Class:" not in text:
        return None
    out = [header(text)]
    out += segments(run("readelf", "-lW", path))
    out += sections(run("readelf", "-SW", path))
    out += dynamic(run("readelf", "-dW", path))
    out += symbols(run("readelf", "-sW", path))
    rel = relocations(run("readelf", "-rW", path))
    notes = re.findall(r"^  (\S.*?)\s+0x([0-9a-f]{8})\t", run("readelf", "-nW", path), re.M)
    return out, rel, ["N %s %x" % (re.sub(r"^\(NONE\)$", "", o), int(s, 16)) for o, s in notes]


def compare(dump, path):
    want = theirs(path)
    mine = run(dump, path).split("\n")
    if not want:
        return 0, []
    rows, rel, notes = want
    is_64 = mine[0].startswith("H 1")
    differences = []
    fields = 0
    for kind in "HPSMDY":
        ours = [re.sub(r"\s+", " ", r).strip() for r in mine if r.startswith(kind + " ")]
        if kind in "PSD":  # readelf is of two minds about these prefixes
            ours = [PREFIX.sub(r"\1", r) for r in ours]
            rows = [PREFIX.sub(r"\1", r) for r in rows]
        other = [re.sub(r"\s+", " ", r).strip() for r in rows if r.startswith(kind + " ")]
        if kind == "D":
            ours, other = compare_dynamic(ours, other)
        if kind == "Y":
            # Names of these need EI_OSABI for readelf, not for us.
            ours = [re.sub(r"( )(UNIQUE|IFUNC)(?= )", r"\1?", r) for r in ours]
            ours.sort(key=lambda r: r.split()[1] + r.split()[2].zfill(9))
            other.sort(key=lambda r: r.split()[1] + r.split()[2].zfill(9))
        fields += sum(r.count(" ") for r in ours)
        if len(ours) != len(other):
            differences.append((kind, "%d rows" % len(ours), "%d rows" % len(other)))
        differences += [(kind, a, b) for a, b in zip(ours, other) if a != b]
    mips64 = "8" == str(machine(path)) and is_64
    mine_rel = []
    for row in mine:
        if row.startswith("R "):
            _, offset, symbol, kind = row.split()
            shift = 32 if is_64 else 8
            mine_rel.append((int(offset, 16), int(symbol, 16) << shift | int(kind, 16)))
    if not mips64 and len(mine_rel) != len(rel):
        differences.append(("R", "%d rows" % len(mine_rel), "%d rows" % len(rel)))
    differences += [("R", "%x %x" % a, "%x %x" % b) for a, b in zip(mine_rel, rel) if a != b]
    fields += 2 * len(mine_rel)
    # Annobin's notes are printed decoded.
    ours = sorted(set(r for r in mine if r.startswith("N ") and not r.startswith("N GA")))
    notes = [n for n in notes if not n.startswith("N GA")]
    if ours != sorted(set(notes)):
        differences.append(("N", str(ours), str(sorted(set(notes)))))
    return fields + len(ours), differences


def machine(path):
    with open(path, "rb") as f:
        head = f.read(20)
    return int.from_bytes(head[18:20], "big" if head[5] == 2 else "little")


def compare_dynamic(ours, other):
    """Values that readelf prints in words are compared by tag only."""
    a, b = [], []
    for x, y in zip(ours, other):
        value = y.split(" ", 3)[3] if y.count(" ") >= 3 else ""
        m = re.match(r"^(0x[0-9a-f]+|\d+)(?: \(bytes\))?$", value)
        if m:
            y = " ".join(y.split(" ", 3)[:3]) + " %x" % number(m.group(1))
        elif y.split()[1] not in ("1", "e", "f", "1d"):
            x, y = x.rsplit(" ", 1)[0], " ".join(y.split(" ", 3)[:3])
        if x.split()[2] == "?" or "unknown" in y:
            x = y = ""
        a.append(x)
        b.append(y)
    if len(ours) != len(other):
        a.append("%d entries" % len(ours))
        b.append("%d entries" % len(other))
    return a, b


def files(arguments):
    for argument in arguments:
        if os.path.isfile(argument):
            yield argument
        for folder, _, names in os.walk(argument):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if not os.path.islink(path) and os.path.isfile(path):
                    with open(path, "rb") as f:
                        if f.read(4) == b"\x7fELF":
                            yield path


def main():
    known = []
    if os.path.exists(KNOWN):
        for line in open(KNOWN):
            if line.strip() and not line.startswith("#"):
                kind, pattern = line.rstrip("\n").split(" ", 1)
                known.append((kind, re.compile(pattern)))
    hits = Counter()
    count = fields = unexplained = 0
    for path in files(sys.argv[2:]):
        compared, differences = compare(sys.argv[1], path)
        count += 1
        fields += compared
        for kind, ours, other in differences:
            line = "%s | %s" % (ours, other)
            rule = next((p for k, p in known if k == kind and p.search(line)), None)
            if rule:
                hits[rule.pattern] += 1
                continue
            unexplained += 1
            if unexplained <= 60:
                print("%s: %s: ours %s | readelf %s" % (path, kind, ours, other))
    for pattern, times in hits.items():
        print("known difference, %d times: %s" % (times, pattern))
    print("%d files, %d fields, %d unexplained differences" % (count, fields, unexplained))
    return 1 if unexplained or not count else 0


if __name__ == "__main__":
    sys.exit(main())
