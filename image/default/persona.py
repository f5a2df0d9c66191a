#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the guest a machine that somebody has used for months.

Runs once inside the new root file system (chroot), with the recipe's values in the environment. A rented
server: one web site, two people who look after it, scanners that knock on its door every night. All of it
follows from one seed, so that the same recipe gives the same bytes.
"""
import gzip
import io
import os
import random
import struct
import subprocess
import tarfile
import time

import keys

EPOCH = int(os.environ["EPOCH"])
HOST = os.environ["HOSTNAME"]
DAY = 86400
BORN = EPOCH - 243 * DAY  # the day on which the server was rented
RANDOM = random.Random(f"{HOST}/{EPOCH}")
HOME_IPS = ["93.184.31.77", "93.184.30.12"]  # where the two of them log in from
USERS = [("deploy", 1000, "Deploy"), ("marta", 1001, "Marta Lindqvist")]
KERNEL = os.uname().release if "KERNEL" not in os.environ else os.environ["KERNEL"]


def put(path, text, when, mode=0o644, owner=(0, 0)):
    """A file with this text, last changed at `when`; folders on the way get its time and owner."""
    data = text if isinstance(text, bytes) else text.encode()
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        missing = []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for name in reversed(missing):
            os.mkdir(name, 0o755)
            os.chown(name, *owner)
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as out:
        out.write(data)
    os.chown(path, *owner)
    os.chmod(path, mode)
    os.utime(path, (when, when))


def packed(data, when):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=when, filename="") as stream:
        stream.write(data.encode())
    return out.getvalue()


def stamp(when):
    """The time as rsyslog of Debian 12 writes it."""
    part = RANDOM.randrange(1000000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when)) + f".{part:06d}+00:00"


def address():
    return f"{RANDOM.choice([45, 61, 80, 91, 103, 141, 159, 170, 185, 193, 218])}." + ".".join(
        str(RANDOM.randrange(1, 255)) for _ in range(3))


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def accounts():
    for name, number, title in USERS:
        if subprocess.run(["id", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            run("useradd", "-u", str(number), "-m", "-s", "/bin/bash", "-c", title, name)
    run("usermod", "-aG", "sudo,adm", "marta")
    run("usermod", "-aG", "www-data", "deploy")
    days = BORN // DAY
    lines = []
    for line in open("/etc/shadow"):
        fields = line.rstrip("\n").split(":")
        fields[2] = str(days)
        if fields[0] == "marta":
            fields[1] = "$6$k2Vx0pQmRz$" + "".join(RANDOM.choices("./0123456789ABCDEFabcdefghij", k=86))
        lines.append(":".join(fields))
    put("/etc/shadow", "\n".join(lines) + "\n", BORN, 0o640, (0, 42))
    for stale in ("/etc/shadow-", "/etc/passwd-", "/etc/group-", "/etc/gshadow-"):
        if os.path.exists(stale):
            os.unlink(stale)


def settings():
    put("/etc/hostname", HOST + "\n", BORN)
    put("/etc/hosts", f"127.0.0.1\tlocalhost\n127.0.1.1\t{HOST}.lindqvist-keramik.example {HOST}\n\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n", BORN)
    machine = f"{RANDOM.getrandbits(128):032x}"
    put("/etc/machine-id", machine + "\n", BORN, 0o444)
    if os.path.isdir("/var/lib/dbus"):
        if os.path.lexists("/var/lib/dbus/machine-id"):
            os.unlink("/var/lib/dbus/machine-id")
        os.symlink("/etc/machine-id", "/var/lib/dbus/machine-id")
    put("/etc/fstab", f"# <file system> <mount point> <type> <options> <dump> <pass>\nUUID={os.environ['DISK_UUID']} / "
        "ext4 rw,errors=remount-ro 0 1\n", BORN)
    put("/etc/resolv.conf", "nameserver 185.12.64.1\nnameserver 185.12.64.2\n", BORN)
    put("/etc/systemd/network/10-eth0.network",
        "[Match]\nName=eth0\n\n[Network]\nAddress=10.0.0.2/24\nGateway=10.0.0.1\nAddress=fd00:10::2/64\n"
        "Gateway=fe80::1\nDNS=185.12.64.1\nDNS=185.12.64.2\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n", BORN)
    put("/etc/timezone", "Etc/UTC\n", BORN)
    put("/etc/default/locale", "LANG=C.UTF-8\n", BORN)
    put("/etc/sudoers.d/90-marta", "marta ALL=(ALL:ALL) ALL\n", BORN + DAY, 0o440)
    put("/etc/apt/sources.list",
        "deb http://deb.debian.org/debian bookworm main\ndeb http://deb.debian.org/debian bookworm-updates main\n"
        "deb http://deb.debian.org/debian-security bookworm-security main\n", BORN)
    put("/etc/ssh/sshd_config.d/10-local.conf", "PasswordAuthentication no\nPermitRootLogin prohibit-password\n", BORN + DAY)
    put("/etc/sysctl.d/60-local.conf", "net.ipv4.tcp_syncookies = 1\nvm.swappiness = 10\n", BORN + DAY)
    put("/etc/modules", "# /etc/modules: kernel modules to load at boot time.\n", BORN)


def services():
    """What a server of one site does by itself; timers that would fire when a run sets the clock are off."""
    run("systemctl", "enable", "systemd-networkd.service")
    quiet = ["apt-daily.timer", "apt-daily-upgrade.timer", "logrotate.timer", "e2scrub_all.timer", "fstrim.timer",
             "dpkg-db-backup.timer", "systemd-tmpfiles-clean.timer", "e2scrub_reap.service", "man-db.timer",
             "systemd-networkd-wait-online.service", "systemd-pstore.service", "systemd-random-seed.service",
             "systemd-update-utmp-runlevel.service", "getty@tty1.service"]
    for unit in quiet:
        path = f"/etc/systemd/system/{unit}"
        if not os.path.lexists(path):
            os.symlink("/dev/null", path)
    put("/etc/systemd/journald.conf.d/size.conf", "[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n", BORN + DAY)


def secrets():
    for kind in ("rsa", "ecdsa", "ed25519", "dsa"):
        for end in ("", ".pub"):
            name = f"/etc/ssh/ssh_host_{kind}_key{end}"
            if os.path.exists(name):
                os.unlink(name)
    private, public = keys.ed25519(RANDOM, f"root@{HOST}")
    put("/etc/ssh/ssh_host_ed25519_key", private, BORN, 0o600)
    put("/etc/ssh/ssh_host_ed25519_key.pub", public, BORN)
    private, public = keys.rsa(RANDOM, f"root@{HOST}")
    put("/etc/ssh/ssh_host_rsa_key", private, BORN, 0o600)
    put("/etc/ssh/ssh_host_rsa_key.pub", public, BORN)
    laptop = keys.ed25519(RANDOM, "marta@thinkpad")[1]
    put("/root/.ssh/authorized_keys", laptop, BORN, 0o600)
    os.chmod("/root/.ssh", 0o700)
    for name, number, _ in USERS:
        owner, home = (number, number), f"/home/{name}/.ssh"
        private, public = keys.ed25519(RANDOM, f"{name}@{HOST}")
        put(f"{home}/id_ed25519", private, BORN + 2 * DAY, 0o600, owner)
        put(f"{home}/id_ed25519.pub", public, BORN + 2 * DAY, 0o644, owner)
        put(f"{home}/authorized_keys", laptop, BORN + DAY, 0o600, owner)
        hosts = ["git.lindqvist-keramik.example", "backup.lindqvist-keramik.example", "10.0.0.5"]
        known = "".join(f"{host} {keys.ed25519(RANDOM, '')[1].strip()}\n" for host in hosts)
        put(f"{home}/known_hosts", known, BORN + 3 * DAY, 0o644, owner)
        put(f"{home}/config", "Host backup\n\tHostName 10.0.0.5\n\tUser deploy\n\tIdentityFile ~/.ssh/id_ed25519\n",
            BORN + 3 * DAY, 0o600, owner)
        os.chmod(home, 0o700)


HISTORY = {
    "/root": ["apt update", "apt upgrade", "systemctl status nginx", "journalctl -u nginx -n 50", "df -h", "ss -tlnp",
              "less /var/log/auth.log", "nano /etc/nginx/sites-available/keramik", "nginx -t && systemctl reload nginx",
              "crontab -l", "free -m", "du -sh /var/log", "reboot", "iptables -L -n", "last | head", "exit"],
    "/home/marta": ["ls", "cd /var/www/keramik", "sudo nano index.html", "sudo systemctl reload nginx", "ls -la",
                    "ssh backup", "scp offers-2026.csv backup:", "python3 tools/orders.py --since 30d", "top", "df -h",
                    "tail -f /var/log/nginx/access.log", "sudo apt update && sudo apt upgrade", "vi notes.txt", "exit"],
    "/home/deploy": ["cd ~/site", "./publish.sh", "rsync -av site/ /var/www/keramik/", "crontab -e", "cat backup.log",
                     "ssh -T git@git.lindqvist-keramik.example", "curl -sI http://localhost/", "ls -l /srv/backups", "exit"],
}


def homes():
    owners = {f"/home/{name}": (number, number) for name, number, _ in USERS}
    for home, words in HISTORY.items():
        owner = owners.get(home, (0, 0))
        lines = [RANDOM.choice(words) for _ in range(RANDOM.randrange(140, 320))]
        put(f"{home}/.bash_history", "\n".join(lines) + "\n", EPOCH - RANDOM.randrange(2, 9) * DAY, 0o600, owner)
    marta, deploy = (1001, 1001), (1000, 1000)
    put("/home/marta/notes.txt", "- renew domain in March\n- ask Jonas about the kiln photos\n- invoices 2026: folder offers\n"
        "- nightly dump at 03:17, look at backup.log on Mondays\n", EPOCH - 19 * DAY, 0o644, marta)
    rows = ["order;date;customer;article;pieces;euro"]
    for number in range(1, 420):
        when = time.strftime("%Y-%m-%d", time.gmtime(BORN + number * 49000))
        rows.append(f"{2600 + number};{when};K{RANDOM.randrange(100, 480)};{RANDOM.choice(['bowl', 'vase', 'plate', 'cup'])};"
                    f"{RANDOM.randrange(1, 9)};{RANDOM.randrange(18, 260)}")
    put("/home/marta/offers/orders-2026.csv", "\n".join(rows) + "\n", EPOCH - 3 * DAY, 0o640, marta)
    put("/home/marta/tools/orders.py", "#!/usr/bin/env python3\nimport csv, sys\nrows = list(csv.DictReader(open("
        "'/home/marta/offers/orders-2026.csv'), delimiter=';'))\nprint(len(rows), 'orders')\n", BORN + 40 * DAY, 0o755, marta)
    put("/home/deploy/publish.sh", "#!/bin/sh\nset -e\nrsync -a --delete \"$HOME/site/\" /var/www/keramik/ 2>/dev/null || "
        "cp -a \"$HOME/site/.\" /var/www/keramik/\n", BORN + 5 * DAY, 0o755, deploy)
    put("/home/deploy/backup.sh", "#!/bin/sh\ntar -czf /srv/backups/keramik-$(date +%F).tar.gz -C /var/www keramik\n"
        "find /srv/backups -name '*.tar.gz' -mtime +30 -delete\necho \"$(date -Is) done\" >>$HOME/backup.log\n",
        BORN + 6 * DAY, 0o755, deploy)
    log = "".join(time.strftime("%Y-%m-%dT03:17:04+00:00 done\n", time.gmtime(BORN + day * DAY)) for day in range(7, 243))
    put("/home/deploy/backup.log", log, EPOCH - 3000, 0o644, deploy)
    put("/home/deploy/.pgpass", "10.0.0.5:5432:keramik:keramik:Tonscherbe-417\n", BORN + 8 * DAY, 0o600, deploy)
    put("/home/deploy/site/.env", "DB_HOST=10.0.0.5\nDB_USER=keramik\nDB_PASSWORD=Tonscherbe-417\nSMTP_USER=web@lindqvist-"
        "keramik.example\n", BORN + 8 * DAY, 0o600, deploy)
    put("/var/spool/cron/crontabs/deploy", "# m h dom mon dow command\n17 3 * * * /home/deploy/backup.sh\n",
        BORN + 6 * DAY, 0o600, (1000, int(subprocess.check_output(["stat", "-c", "%g", "/var/spool/cron/crontabs"]))))
    mails = ""
    for week in range(30):
        when = time.gmtime(BORN + (week * 8 + 7) * DAY)
        mails += (f"From root@{HOST} {time.asctime(when)}\nFrom: Cron Daemon <root@{HOST}>\nTo: marta@{HOST}\n"
                  f"Subject: Cron <deploy@{HOST}> /home/deploy/backup.sh\nDate: "
                  f"{time.strftime('%a, %d %b %Y %H:%M:%S +0000', when)}\n\ntar: Removing leading `/' from member names\n\n")
    put("/var/mail/marta", mails, EPOCH - 5 * DAY, 0o660, (1001, 8))


PAGES = {
    "index.html": "<h1>Lindqvist Keramik</h1><p>Handmade bowls, vases and plates.</p><a href=shop.html>Shop</a>",
    "shop.html": "<h1>Shop</h1><ul><li>Bowl, 34 EUR<li>Vase, 89 EUR<li>Plate, 28 EUR</ul>",
    "contact.html": "<h1>Contact</h1><p>marta@lindqvist-keramik.example</p>",
    "style.css": "body { font-family: Georgia, serif; max-width: 46rem; margin: 2rem auto; color: #333 }",
    "robots.txt": "User-agent: *\nDisallow: /private/",
}


def website():
    for place, owner in (("/var/www/keramik", (1000, 33)), ("/home/deploy/site", (1000, 1000))):
        for name, text in PAGES.items():
            put(f"{place}/{name}", text + "\n", BORN + RANDOM.randrange(5, 200) * DAY, 0o644, owner)
    put("/etc/nginx/sites-available/keramik", "server {\n\tlisten 80 default_server;\n\tlisten [::]:80 default_server;\n"
        "\troot /var/www/keramik;\n\tindex index.html;\n\tserver_name lindqvist-keramik.example;\n}\n", BORN + 4 * DAY)
    default = "/etc/nginx/sites-enabled/default"
    if os.path.lexists(default):
        os.unlink(default)
    link = "/etc/nginx/sites-enabled/keramik"
    if not os.path.lexists(link):
        os.symlink("/etc/nginx/sites-available/keramik", link)
    for day in range(28, 0, -1):
        when = (EPOCH - day * DAY) // DAY * DAY + 3 * 3600 + 17 * 60
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, text in sorted(PAGES.items()):
                entry = tarfile.TarInfo(f"keramik/{name}")
                entry.size, entry.mtime, entry.uid = len(text), when - 90 * DAY, 1000
                archive.addfile(entry, io.BytesIO(text.encode()))
        name = time.strftime("/srv/backups/keramik-%Y-%m-%d.tar.gz", time.gmtime(when))
        put(name, gzip.compress(out.getvalue(), mtime=when), when, 0o644, (1000, 1000))


def main():
    os.umask(0o022)
    accounts()
    settings()
    services()
    secrets()
    homes()
    website()
    import history
    history.write(put, packed, stamp, address, RANDOM, BORN, EPOCH, HOST, HOME_IPS)
    import settle
    settle.settle(BORN, EPOCH, RANDOM)


main()
