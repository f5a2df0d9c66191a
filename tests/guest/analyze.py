#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Analyses whole samples in the virtual machine and compares reports with the truth.

Environment as tests/guest/run gives it: HABO, BUILD, TMPDIR. Prints a line per check; ends with 1 when
one failed, 77 when there is no template to run.
"""
import hashlib
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HABO = os.environ["HABO"]
BUILD = Path(os.environ["BUILD"])
SOURCE = Path(__file__).resolve().parent.parent.parent
WORK = Path(os.environ["TMPDIR"])
STATE = Path(os.environ.get("HABO_STATE", "/var/lib/habo"))
results = {"passed": 0, "failed": 0}


def check(name, truth, note=""):
    results["passed" if truth else "failed"] += 1
    print(f"{'ok  ' if truth else 'FAIL'} {name}" + (f": {note}" if note and not truth else ""), flush=True)


class Result:
    def __init__(self, folder, status, output):
        self.folder = folder
        self.status = status
        self.output = output
        path = folder / "report.json"
        self.report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def terminal(self):
        lines = (self.folder / "terminal.cast").read_text(encoding="utf-8").splitlines()[1:]
        return "".join(json.loads(line)[2] for line in lines)

    def problems(self):
        return {problem["code"] for problem in self.report["health"]["problems"]}

    def events(self):
        done = subprocess.run([HABO, "events", "--all", str(self.folder)], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def calls(self):
        """[(thread header, numbers in order)] of sample.syscall."""
        threads, header = [], ""
        path = self.folder / "sample.syscall"
        if not path.exists():
            return []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("# task"):
                header = line
            elif not line.startswith("#"):
                numbers = []
                for value in json.loads(line):
                    number, _, count = str(value).partition("*")
                    numbers += [int(number)] * int(count or 1)
                threads.append((header, numbers))
        return threads


def start(sample, *flags, name=None):
    folder = WORK / (name or f"result-{time.monotonic_ns()}")
    command = [HABO, "analyze", "-q", "--state", str(STATE), "-o", str(folder), str(sample), *map(str, flags)]
    return folder, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True)


def finish(folder, process):
    output, _ = process.communicate(timeout=300)
    return Result(folder, process.returncode, output)


def analyze(sample, *flags):
    return finish(*start(sample, *flags))


def script(name, text):
    path = WORK / name
    path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    path.chmod(0o755)
    return path


def healthy(name, result):
    note = result.output if not result.report else json.dumps(result.report["health"]["problems"])
    check(f"{name} is healthy", result.status == 0 and result.report["health"]["status"] == "ok", note)


def names_of(result, abi="x86_64"):
    return {row["number"]: row["name"] for row in result.report["syscalls"]["counts"] if row["abi"] == abi}


def test_order_of_calls_is_what_strace_sees():
    result = analyze("/bin/ls", "--monitor", "strace -f -o {out} -p {pid}", "--args", "-l /etc")
    healthy("ls under strace", result)
    trace = next(a for a in result.report["artifacts"] if a["kind"] == "monitor" and a.get("path"))
    seen = [m.group(1) for m in re.finditer(r"^\d+ +(?:<\.\.\. )?([a-z_0-9]+)[( ]",
                                            (result.folder / trace["path"]).read_text(errors="replace"), re.M)]
    names = names_of(result)
    ours = [names[number] for number in result.calls()[0][1]]
    # strace's stat of the newer name, and the call that it interrupted when it attached.
    rename = {"newfstatat": "newfstatat", "pread64": "pread64"}
    first = seen.index("execve")
    theirs = [rename.get(name, name) for name in seen[first:]]
    same = ours[ours.index("execve"):] == theirs
    check("the order of calls is strace's, from the first execve on", same,
          f"{len(ours)} and {len(theirs)}: {ours[:12]} {theirs[:12]}")
    check("both records hold the first execve", "execve" in ours and "execve" in seen)
    listing = subprocess.run(["ls", "/etc"], capture_output=True, text=True, check=True).stdout
    check("the terminal shows the listing", "passwd" in result.terminal() and "passwd" in listing)


def test_kinds_of_programs():
    busybox = shutil.which("busybox")
    samples = [("PIE", BUILD / "tests/programs/network", [], "x86_64"),
               ("static", BUILD / "tests/programs/files", [], "x86_64"),
               ("int 0x80", BUILD / "tests/programs/i386", [], "i386"),
               ("script", BUILD / "tests/programs/script.sh", [], "x86_64"),
               ("stripped", busybox, ["--args", "echo hello"], "x86_64")]
    for name, path, flags, abi in samples:
        if not path or not Path(path).exists():
            print(f"skip {name}: not built here")
            continue
        result = analyze(path, *flags)
        check(f"{name}: ran and was recorded", result.report and result.status in (0, 3)
              and any(abi in header for header, _ in result.calls()), result.output[-300:])
        total = sum(len(numbers) for _, numbers in result.calls())
        check(f"{name}: sample.syscall holds every call",
              total and total == result.report["syscalls"]["total"])
        expect_lines(name, result)


def expect_lines(name, result):
    """Files and connections that the program said it made must be in the report."""
    missing = []
    paths = {file["path"] for file in result.report["files"]} | \
            {file.get("renamed_to") for file in result.report["files"]}
    for line in result.terminal().splitlines():
        match = re.match(r"expect (file_create|folder_create|file_symlink|file_delete) (\S+)", line)
        if match and match.group(2) not in paths:
            missing.append(line)
    check(f"{name}: what it said is in the report", not missing, str(missing))


def test_go_program():
    if not shutil.which("go"):
        print("skip Go program: no go here")
        return
    source = WORK / "main.go"
    source.write_text('package main\nimport ("fmt"; "os")\nfunc main() { '
                      'os.WriteFile("/tmp/from-go", []byte("go"), 0644); fmt.Println("hello from go") }\n')
    environment = {**os.environ, "HOME": str(WORK), "GOCACHE": str(WORK / "gocache"), "GOFLAGS": "-mod=mod",
                   "GO111MODULE": "off", "CGO_ENABLED": "0"}
    subprocess.run(["go", "build", "-o", str(WORK / "gosample"), str(source)], check=True, env=environment)
    result = analyze(WORK / "gosample")
    healthy("Go", result)
    check("Go: file and output", "hello from go" in result.terminal()
          and any(f["path"] == "/tmp/from-go" and f.get("sha256") ==
                  hashlib.sha256(b"go").hexdigest() for f in result.report["files"]))


def test_surroundings():
    extra = WORK / "extra.txt"
    extra.write_text("further file")
    given = WORK / "input.txt"
    given.write_text("typed in\n")
    setup = script("setup.sh", "echo prepared > /srv/prepared; adduser --version >/dev/null\n")
    sample = script("around.sh", 'echo "args=$1|$2 env=$COLOR user=$(id -un) cwd=$(pwd) name=$0"\n'
                    'cat /srv/prepared /opt/extra.txt; read line; echo "in=$line"\n')
    result = analyze(sample, "--args", "one 'two words'", "--env", "COLOR=blue", "--user", "nobody", "--cwd",
                     "/var/tmp", "--name", "harmless", "--with", f"{extra}=/opt/extra.txt", "--setup", setup,
                     "--stdin", given)
    healthy("surroundings", result)
    text = result.terminal()
    for wanted in ("args=one|two words", "env=blue", "user=nobody", "cwd=/var/tmp", "name=/var/tmp/harmless",
                   "prepared", "further file", "in=typed in"):
        check(f"surroundings: {wanted}", wanted in text, text)
    events = result.events()
    made = [e for e in events if e.get("path") == "/srv/prepared" and e["type"] in ("file_create", "file_write")]
    check("surroundings: the set-up script is kept apart",
          made and all(e["phase"] == "setup" and not e["is_sample"] for e in made), str(made[:2]))
    origins = {o["name"]: o["origin"] for o in result.report["analysis"]["options"]}
    check("surroundings: effective settings and their origin",
          origins.get("user") == "command line" and origins.get("timeout") == "default", str(origins))


def test_network_modes():
    fetch = "curl {} -s -o /tmp/page --max-time 20 http://download.habo.example/a.bin; echo curl=$?\n"
    sample = script("fetch.sh", fetch.format(""))
    result = analyze(script("fetch6.sh", fetch.format("-6")))
    check("network: IPv6 is simulated too", "curl=0" in result.terminal() and
          any(":" in f["target"] and f["target_port"] == 80 for f in result.report["network"]["flows"]),
          result.terminal())
    for mode, status in (("simulated", "curl=0"), ("refuse", "curl=7"), ("none", "curl=28")):
        result = analyze(sample, "--network", mode)
        healthy(f"network {mode}", result)
        check(f"network {mode}: {status}", status in result.terminal() or
              (mode == "none" and "curl=6" in result.terminal()), result.terminal())
        if mode == "simulated":
            network = result.report["network"]
            check("network: name, flow and request in the report",
                  any(d["name"] == "download.habo.example" and d["answers"] for d in network["dns"])
                  and any(f["target_port"] == 80 and f.get("process") for f in network["flows"])
                  and any("/a.bin" in h["url"] for h in network["http"]))
        if mode == "refuse":
            check("network: refused flows are refused",
                  any(f["state"] == "refused" for f in result.report["network"]["flows"]))


def descendants(pid):
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        queue += [child for child, parent in parents.items() if parent == one]
        found.append(one)
    return found[1:]


def status_field(pid, name):
    try:
        return re.search(rf"^{name}:\s*(\S+)", Path(f"/proc/{pid}/status").read_text(), re.M).group(1)
    except (OSError, AttributeError):
        return None


def test_no_process_of_a_run_has_a_capability():
    folder, process = start(script("wait.sh", "sleep 4\n"))
    worst, names, unfiltered = 0, set(), set()
    time.sleep(2.5)
    for pid in descendants(process.pid):
        capabilities = status_field(pid, "CapEff")
        if capabilities:
            names.add(status_field(pid, "Name"))
            if "qemu" in (status_field(pid, "Name") or "") and status_field(pid, "Seccomp") != "2":
                unfiltered.add(pid)
            worst |= int(capabilities, 16)
    finish(folder, process)
    check("CapEff is 0 in every process of the run", worst == 0 and any("qemu" in n for n in names),
          f"{worst:x} {names}")
    check("QEMU can make no sockets (seccomp)", not unfiltered, str(unfiltered))


def test_interrupt_gives_a_partial_report():
    folder, process = start(script("long.sh", "echo begun > /tmp/begun; sleep 60\n"), "-t", "60s")
    time.sleep(4)
    children = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    result = finish(folder, process)
    check("Ctrl-C: a report that says so", result.status == 3 and "interrupted" in result.problems(), result.output)
    check("Ctrl-C: what happened before is there", any(f["path"] == "/tmp/begun" for f in result.report["files"]))
    time.sleep(0.5)
    check("Ctrl-C: nothing is left running", not [p for p in children if Path(f"/proc/{p}").exists()])


def test_time_limit():
    result = analyze(script("slow.sh", "sleep 30\n"), "-t", "2s")
    check("time limit: said, and the run was healthy",
          result.status == 0 and "time_limit" in result.problems(), result.output)
    alive = [p for p in result.report["processes"] if p["is_sample"] and "end" not in p]
    in_memory = {(p["pid"], p.get("name")) for p in result.report["memory"]["processes"]}
    check("time limit: what still ran is in memory",
          alive and all((p["pid"], p["name"]) in in_memory for p in alive), str(alive)[:300])


def test_what_cannot_run_is_said():
    source = Path(shutil.which("ls")).read_bytes()
    (WORK / "empty").write_bytes(b"")
    (WORK / "text").write_bytes(b"MZ no program")
    (WORK / "foreign").write_bytes(source[:18] + b"\x28\x00" + source[20:])
    (WORK / "nowhere").write_bytes(b"#!/nonexistent/shell\n")
    cases = [("empty", "empty_file"), ("text", "exec_format_error"), ("foreign", "another_machine"),
             ("nowhere", "missing_interpreter")]
    for name, code in cases:
        result = analyze(WORK / name)
        check(f"{name}: {code}", result.status == 3 and code in result.problems()
              and result.report["health"]["status"] == "failed"
              and result.report["verdict"]["level"] == "unknown", result.output)
    result = analyze(BUILD / "tests/programs/crash")
    crash = [p for p in result.report["health"]["problems"] if p["code"] == "crashed"]
    check("a crash is said, with its address", result.status == 3 and crash and "0x" in crash[0]["text"], str(crash))


def test_runs_at_once():
    sample = script("once.sh", "echo $$ $(cat /proc/sys/kernel/random/uuid)\n")
    done = [finish(*pair) for pair in [start(sample, name=f"at-once-{i}") for i in range(4)]]
    for i, result in enumerate(done):
        healthy(f"run {i} of 4 at once", result)
    check("runs do not share randomness", len({result.terminal() for result in done}) == 4)


def test_results():
    result = analyze(BUILD / "tests/programs/demo")
    healthy("demo", result)
    try:
        import jsonschema
        schema = json.loads((SOURCE / "schema/report.schema.json").read_text())
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(result.report))
        check("report.json is valid", not errors, str(errors[:1])[:300])
    except ImportError:
        print("skip schema: no python3-jsonschema here")
    page = (result.folder / "report.html").read_text()
    loads = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", page)
    check("report.html loads nothing", not loads and "default-src 'none'" in html.unescape(page), str(loads[:3]))
    for name in ("network.pcapng", "events.bin", "sample.syscall", "terminal.cast"):
        check(f"{name} is there", (result.folder / name).stat().st_size > 0)
    cron = next(f for f in result.report["files"] if f["path"].startswith("/etc/cron.d/"))
    kept = (result.folder / cron["artifact"]).read_bytes()
    check("a dropped file is kept as it was", hashlib.sha256(kept).hexdigest() == cron["sha256"]
          and b"cache-update" in kept)
    if shutil.which("clamscan"):
        for kind, hits in (("hdb", 1), ("hsb", 1), ("mdb", 0)):
            done = subprocess.run(["clamscan", "--no-summary", "-d",
                                   str(result.folder / f"signatures/sample.{kind}"),
                                   str(BUILD / "tests/programs/demo")], capture_output=True, text=True, check=False)
            check(f"ClamAV: sample.{kind} {'finds the sample' if hits else 'loads, and is for PE files'}",
                  done.returncode == hits, done.stdout + done.stderr)


def template_digests():
    digests = {}
    for path in sorted(STATE.glob("templates/*/*")):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(1 << 22):
                digest.update(chunk)
        digests[str(path)] = digest.hexdigest()
    return digests


def main():
    probe = analyze("/bin/true")
    if not probe.report or "guest_failed" in probe.problems():
        print(f"no guest to run: {probe.output.strip().splitlines()[-1] if probe.output.strip() else 'no output'}")
        return 77
    before = template_digests()
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
    check("the templates are what they were", template_digests() == before)
    print("{passed} passed, {failed} failed".format(**results))
    return 1 if results["failed"] else 0


sys.exit(main())
