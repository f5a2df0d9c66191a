# SPDX-License-Identifier: MIT
"""The months that the server has behind it, as its logs tell them: weekly rotated, older ones packed."""
import os
import struct
import time

DAY = 86400
WEEK = 7 * DAY
NAMES = ["admin", "oracle", "test", "ubuntu", "pi", "postgres", "git", "user", "ftpuser", "hadoop"]
PATHS = ["/", "/", "/", "/shop.html", "/contact.html", "/style.css", "/robots.txt", "/favicon.ico"]
PROBES = ["/.env", "/wp-login.php", "/.git/config", "/phpmyadmin/", "/boaform/admin/formLogin", "/cgi-bin/luci"]
BROWSERS = ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"]


def _times(random, start, end, mean):
    when = start + random.expovariate(1 / mean)
    while when < end:
        yield int(when)
        when += random.expovariate(1 / mean)


def _rotate(put, packed, path, lines, born, epoch, keep, owner, mode=0o640):
    """lines: sorted (time, text). The running file holds the last days, .1 the week before, .N.gz the rest."""
    cuts = [epoch - epoch % WEEK - index * WEEK for index in range(keep + 1)]
    for index in range(keep + 1):
        end = epoch if index == 0 else cuts[index - 1]
        part = [(when, text) for when, text in lines if cuts[index] <= when < end]
        if not part or end <= born:
            continue
        text = "".join(text for _, text in part)
        name = path if index == 0 else f"{path}.1" if index == 1 else f"{path}.{index}.gz"
        put(name, packed(text, end) if index > 1 else text, part[-1][0], mode, owner)


def _auth(random, stamp, address, start, end, host, home_ips):
    lines = []
    for when in _times(random, start, end, 2600):
        pid, name, source = random.randrange(700, 32000), random.choice(NAMES), address()
        port = random.randrange(30000, 61000)
        lines.append((when, f"{stamp(when)} {host} sshd[{pid}]: Invalid user {name} from {source} port {port}\n"))
        lines.append((when + 1, f"{stamp(when + 1)} {host} sshd[{pid}]: Connection closed by invalid user {name} {source} "
                      f"port {port} [preauth]\n"))
    for when in _times(random, start, end, 2.4 * DAY):
        pid, who, source = random.randrange(700, 32000), random.choice(["marta", "marta", "deploy", "root"]), random.choice(home_ips)
        lines.append((when, f"{stamp(when)} {host} sshd[{pid}]: Accepted publickey for {who} from {source} port "
                      f"{random.randrange(30000, 61000)} ssh2: ED25519 SHA256:9mX1c0kQd0vY5m3m6yJt1b8R4rXwz2hUu0oJqk7uYV8\n"))
        lines.append((when, f"{stamp(when)} {host} sshd[{pid}]: pam_unix(sshd:session): session opened for user {who} by (uid=0)\n"))
        last = when + random.randrange(120, 5000)
        lines.append((last, f"{stamp(last)} {host} sshd[{pid}]: pam_unix(sshd:session): session closed for user {who}\n"))
    return sorted(line for line in lines if line[0] < end)


def _syslog(random, stamp, start, end, host):
    lines = []
    for hour in range(start - start % 3600 + 1020, end, 3600):
        lines.append((hour, f"{stamp(hour)} {host} CRON[{random.randrange(700, 32000)}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)\n"))
    for day in range(start - start % DAY + 3 * 3600 + 1020, end, DAY):
        lines.append((day, f"{stamp(day)} {host} CRON[{random.randrange(700, 32000)}]: (deploy) CMD (/home/deploy/backup.sh)\n"))
        late = day + 10500
        lines.append((late, f"{stamp(late)} {host} systemd[1]: Starting apt-daily.service - Daily apt download activities...\n"))
        lines.append((late + 9, f"{stamp(late + 9)} {host} systemd[1]: apt-daily.service: Deactivated successfully.\n"))
    return sorted(line for line in lines if line[0] < end)


def _access(random, address, start, end):
    lines = []
    for when in _times(random, start, end, 1500):
        probe = random.random() < 0.45
        path = random.choice(PROBES if probe else PATHS)
        status, size = (404, 162) if probe or path.endswith(".ico") else (200, random.randrange(180, 2400))
        date = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(when))
        agent = "curl/7.68.0" if probe and random.random() < 0.5 else random.choice(BROWSERS)
        lines.append((when, f'{address()} - - [{date}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}"\n'))
    return lines


def _logins(random, put, start, end, home_ips):
    """wtmp and lastlog: records of utmp(5), 384 and 292 bytes on x86-64."""
    records, last = [], {}
    for when in _times(random, start, end, 2.4 * DAY):
        name, number = random.choice([("marta", 1001), ("marta", 1001), ("deploy", 1000), ("root", 0)])
        source, pid = random.choice(home_ips), random.randrange(700, 32000)
        quad = bytes(int(part) for part in source.split("."))
        for kind, user, at in ((7, name, when), (8, "", when + random.randrange(120, 5000))):
            records.append((at, struct.pack("<hxxi32s4s32s256shhiii16s20x", kind, pid, b"pts/0", b"ts/0", user.encode(),
                                            source.encode() if kind == 7 else b"", 0, 0, 0, at, 0, quad)))
        last[number] = struct.pack("<i32s256s", when, b"pts/0", source.encode())
    boot = struct.pack("<hxxi32s4s32s256shhiii16s20x", 2, 0, b"~", b"~~", b"reboot", os.environ["KERNEL"].encode(), 0, 0, 0,
                       start, 0, b"")
    put("/var/log/wtmp", boot + b"".join(data for _, data in sorted(records)), records[-1][0], 0o664, (0, 43))
    size = 292
    table = bytearray(size * (max(last) + 1))
    for number, data in last.items():
        table[number * size:(number + 1) * size] = data
    put("/var/log/lastlog", bytes(table), end, 0o664, (0, 43))
    put("/var/log/btmp", b"", start, 0o660, (0, 43))


def write(put, packed, stamp, address, random, born, epoch, host, home_ips):
    recent = epoch - 5 * WEEK  # logrotate keeps four weeks of these
    adm = (0, 4)
    _rotate(put, packed, "/var/log/auth.log", _auth(random, stamp, address, recent, epoch, host, home_ips), born, epoch, 4, adm)
    _rotate(put, packed, "/var/log/syslog", _syslog(random, stamp, recent, epoch, host), born, epoch, 4, adm)
    _rotate(put, packed, "/var/log/nginx/access.log", _access(random, address, epoch - 14 * WEEK, epoch), born, epoch, 14, (33, 4))
    put("/var/log/nginx/error.log", "", epoch - DAY, 0o640, (33, 4))
    put("/var/log/cron.log", "", epoch - DAY, 0o640, adm)
    _logins(random, put, born, epoch - 4 * DAY, home_ips)
