#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what `habo memory` reads from an image with the truth that its guest printed.

usage: memory-check.py HABO FOLDER   (FOLDER as tests/guest/memory-images.sh made it)
"""
import json
import pathlib
import re
import subprocess
import sys

failures = 0
RUNGS = {"raw": "vmcoreinfo_page", "lime": "vmcoreinfo_page", "avml": "vmcoreinfo_page",
         "nopage": "kallsyms_scan", "nosymbols": "btf_scan"}


def expect(what, got, wanted):
    global failures
    if got != wanted:
        failures += 1
        print(f"FAIL {what}: got {got!r}, the guest says {wanted!r}")


def read_truth(path):
    truth = {"process": {}, "role": {}, "module": [], "hidden": {}}
    for line in path.read_text(errors="replace").splitlines():
        _, kind, rest = (line.split(" ", 2) + [""])[:3]
        if kind == "process":
            row = dict(field.split("=", 1) for field in rest.split("\t"))
            truth["process"][int(row["pid"])] = row
        elif kind == "role":
            name, pid = rest.split(" pid=")
            truth["role"][name] = int(pid)
        elif kind in ("hidden", "inject"):
            truth[kind] = dict(field.split("=", 1) for field in rest.split())
        else:
            truth.setdefault(kind, []).append(rest)
    return truth


def check_processes(name, report, truth):
    rows = {}
    for row in report["processes"]:
        if row["standing"] in ("listed", "hidden"):
            expect(f"{name}: process {row['pid']} is given once", row["pid"] in rows, False)
            rows[row["pid"]] = row
    for pid, wanted in truth["process"].items():
        if wanted["argv"] == "/actor|truth":  # had ended when memory was taken
            continue
        row = rows.get(pid)
        if row is None:
            # Kernel workers come and go.
            if not wanted["comm"].startswith("kworker"):
                expect(f"{name}: process {pid} {wanted['comm']} is there", False, True)
            continue
        at = f"{name}: process {pid}"
        expect(f"{at} ppid", row["ppid"], int(wanted["ppid"]))
        expect(f"{at} uid", row["uid"], int(wanted["uid"]))
        expect(f"{at} gid", row["gid"], int(wanted["gid"]))
        expect(f"{at} start", row["start_ns"] // 10_000_000, int(wanted["start"]))
        expect(f"{at} threads", len(row["threads"]) + 1, int(wanted["threads"]))
        if not row["is_kernel_thread"]:
            expect(f"{at} comm", row["name"], wanted["comm"])
            exe = row.get("exe", "") + (" (deleted)" if row["exe_deleted"] else "")
            expect(f"{at} exe", exe, wanted["exe"])
            expect(f"{at} argv", "|".join(row["argv"]), wanted["argv"])
    hidden = sorted(row["pid"] for row in rows.values() if row["standing"] == "hidden")
    wanted = [int(truth["hidden"]["pid"])] if truth["hidden"] else []
    expect(f"{name}: hidden processes", hidden, wanted)
    memfd = rows[truth["role"]["memfd"]]
    expect(f"{name}: memfd program", memfd["exe_memfd"], True)
    expect(f"{name}: memfd's environment", memfd["environment"], ["LD_PRELOAD=/tmp/.x/evil.so"])
    expect(f"{name}: tracer", [r["tracer"] for r in rows.values() if r["name"] == "tracee"],
           [truth["role"]["traced"]])
    inner = [r for r in rows.values() if r["name"] == "ns-init"][0]
    expect(f"{name}: number in its own namespace", inner["namespace_pid"], 1)
    expect(f"{name}: zombie", [r["state"] for r in rows.values()
                              if r["ppid"] == truth["role"]["zombie"]], ["zombie"])


def check_image(habo, image):
    name = image.stem
    truth = read_truth(image.with_suffix(".truth"))
    run = subprocess.run([habo, "memory", "--json", "-q", image], capture_output=True, text=True)
    if run.returncode:
        expect(f"{name}: exit status, {run.stderr.strip()}", run.returncode, 0)
        return
    report = json.loads(run.stdout)
    lacks = name.rsplit("-", 1)[-1]  # what memory-variants.py took away
    expect(f"{name}: rung", report["rung"], RUNGS.get(lacks, "vmcoreinfo_note"))
    expect(f"{name}: format", report["format"],
           lacks if lacks in ("lime", "avml") else "raw" if lacks in RUNGS else "elf")
    if lacks == "nosymbols":
        check_processes(name, report, truth)
        print(f"{name}: {report['rung']}")
        return
    expect(f"{name}: banner", report["kernel"][:60], truth["version"][0][:60])
    expect(f"{name}: anomalies", report["anomalies"], [])
    expect(f"{name}: plugins that did not run",
           [r["name"] for r in report["runs"] if r.get("error")], [])
    check_processes(name, report, truth)
    print(f"{name}: {report['rung']}, {report['paging_levels']} levels, " +
          ", ".join(f"{r['rows']} {r['name']} in {r['duration_us'] / 1000:.1f} ms"
                    for r in report["runs"]))


def main():
    habo, folder = sys.argv[1:]
    images = sorted([*pathlib.Path(folder).glob("*.elf"), *pathlib.Path(folder).glob("*.img")])
    if not images:
        sys.exit(f"no images in {folder}: run memory-images.sh first")
    for image in images:
        check_image(habo, image)
    sys.exit(1 if failures else 0)


main()
