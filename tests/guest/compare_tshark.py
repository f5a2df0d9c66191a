#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""compare_tshark.py PACKET_LINES MAKE_CAPTURE [CAPTURE…]: every packet's line as tshark prints it, field by
field, and what is read out of DNS, HTTP and TLS against tshark's own fields. Skipped (77) without tshark."""
import json
import re
import shutil
import subprocess
import sys
import tempfile

# With these off, tshark shows TCP and UDP where packet_lines does.
APPLICATIONS = "http tls ssl ntp smtp ftp ssh telnet pop irc mdns".split()
COLUMNS = ["Source", "Destination", "Protocol", "Length", "Info"]
# What tshark adds from other packets, and words for a reserved code.
NOISE = [re.compile(p) for p in (
    r" \((reply|request|no response found!)[^)]*\)", r"\[TCP [^]]*\] ?", r"\[ETHERNET[^]]*\]", r" \[Malformed Packet\]",
    r"\[Packet size limited during capture\]")]


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def clean(line):
    for noise in NOISE:
        line = noise.sub("", line)
    return re.sub(r" +", " ", line.replace("ff:ff:ff:ff:ff:ff", "Broadcast")).strip()


def tshark_lines(capture):
    switches = [w for p in APPLICATIONS for w in ("--disable-protocol", p)]
    fields = [w for c in COLUMNS for w in ("-e", "_ws.col." + c)]
    for row in run("tshark", "-n", "-r", capture, *switches, "-T", "fields", "-E", "separator=\x01", *fields).splitlines():
        source, target, *rest = row.split("\x01")
        yield clean(f"{source} → {target} {' '.join(rest)}")


def tshark_values(capture, wanted, *fields):
    out = run("tshark", "-n", "-r", capture, "-d", "tcp.port==8080,http", "-Y", wanted, "-T", "fields", "-E", "separator=\x01",
              *[w for f in fields for w in ("-e", f)])
    return [tuple(row.split("\x01")) for row in out.splitlines()]


def compare(name, ours, theirs):
    bad = [(a, b) for a, b in zip(ours, theirs) if a != b]
    for a, b in bad[:10]:
        print(f"{name}:\n  ours   {a}\n  tshark {b}")
    if len(ours) != len(theirs):
        print(f"{name}: {len(ours)} of ours, {len(theirs)} of tshark's")
    print(f"{name}: {len(ours) - len(bad)} of {len(theirs)} the same")
    return not bad and len(ours) == len(theirs) and len(ours) > 0


def compare_report(tool, capture):
    report = json.loads(run(tool, "--report", capture))
    asked = [("<Root>" if d["name"] == "." else d["name"], d["server"]) for d in report["dns"] if d.get("transport") == "udp"]
    good = compare("queries", asked, tshark_values(capture, "udp and dns.flags.response == 0", "dns.qry.name", "ip.dst"))
    http = [(h["method"], h["url"], h.get("user_agent", "")) for h in report["http"]]
    good &= compare("requests", http, tshark_values(capture, "http.request", "http.request.method", "http.request.full_uri",
                                                    "http.user_agent"))
    tls = [(t["server_name"], t["ja3"], t["ja3_text"]) for t in report["tls"]]
    good &= compare("hellos", tls, tshark_values(capture, "tls.handshake.type == 1", "tls.handshake.extensions_server_name",
                                                 "tls.handshake.ja3", "tls.handshake.ja3_full"))
    return good


def main():
    tool, maker, *captures = sys.argv[1:]
    if not shutil.which("tshark"):
        print("compare_tshark: skipped: there is no tshark")
        return 77
    good = True
    with tempfile.TemporaryDirectory() as folder:
        made = folder + "/made.pcapng"
        run(maker, made)
        for capture in [made] + captures:
            ours = [clean(line) for line in run(tool, capture).splitlines()]
            good &= compare("lines", ours, list(tshark_lines(capture)))
        good &= compare_report(tool, made)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
