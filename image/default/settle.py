# SPDX-License-Identifier: MIT
"""Takes the marks of the build away: caches, install times, package logs of one second."""
import os
import shutil
import time

DAY = 86400
GONE = ["/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin", "/var/log/alternatives.log", "/var/log/bootstrap.log",
        "/var/log/fontconfig.log", "/etc/.pwd.lock", "/var/lib/systemd/random-seed", "/etc/apt/preferences.d/habo-lock"]
EMPTIED = ["/var/lib/apt/lists", "/var/cache/apt/archives", "/tmp", "/var/tmp", "/var/cache/debconf", "/var/cache/ldconfig"]


def _empty():
    for path in GONE:
        if os.path.lexists(path):
            os.unlink(path)
    for folder in EMPTIED:
        if not os.path.isdir(folder):
            continue
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
    for folder, _, names in os.walk("/usr"):
        if os.path.basename(folder) == "__pycache__":
            shutil.rmtree(folder)


def _installed(born, epoch, random):
    """Packages came on the first day; one in six was upgraded since, on one of a few evenings."""
    evenings = [born + 21 * DAY * n + 19 * 3600 for n in range(1, 11) if born + 21 * DAY * n < epoch - 4 * DAY]
    folder, days = "/var/lib/dpkg/info", {}
    for name in sorted(os.listdir(folder)):
        package = name.rsplit(".", 1)[0]
        if package not in days:
            days[package] = random.choice(evenings) if random.random() < 0.17 else born + 3600
        os.utime(os.path.join(folder, name), (days[package], days[package]))
    lines = []
    for line in open("/var/lib/dpkg/status"):
        if line.startswith("Package: "):
            name = line.split()[1]
        elif line.startswith("Architecture: "):
            machine = line.split()[1]
        elif line.startswith("Version: "):
            when = days.get(name, days.get(f"{name}:{machine}", born + 3600))
            when += random.randrange(600)
            text = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(when))
            verb = "install" if when < born + DAY else "upgrade"
            version = line.split()[1]
            old = "<none>" if verb == "install" else version + "~"
            lines.append((when, f"{text} {verb} {name}:{machine} {old} {version}\n"))
            lines.append((when + 1, f"{text} status installed {name}:{machine} {version}\n"))
    lines.sort()
    with open("/var/log/dpkg.log", "w") as out:
        out.write("".join(text for _, text in lines))
    os.utime("/var/log/dpkg.log", (lines[-1][0], lines[-1][0]))
    for name in ("history.log", "term.log", "eipp.log.xz"):
        path = f"/var/log/apt/{name}"
        if os.path.exists(path):
            os.unlink(path)
    with open("/var/log/apt/history.log", "w") as out:
        for when in evenings:
            text = time.strftime("%Y-%m-%d  %H:%M:%S", time.gmtime(when))
            out.write(f"\nStart-Date: {text}\nCommandline: apt upgrade\nRequested-By: marta (1001)\nEnd-Date: {text}\n")
    os.utime("/var/log/apt/history.log", (evenings[-1], evenings[-1]))
    return evenings[-1]


def settle(born, epoch, random):
    _empty()
    last = _installed(born, epoch, random)
    for folder, names, files in os.walk("/", topdown=False):
        if folder.startswith(("/proc", "/sys", "/dev")):
            continue
        for name in files + names:
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            if facts.st_mtime > epoch - DAY and not path.startswith(("/var/log", "/home", "/srv")) or facts.st_mtime > epoch:
                os.utime(path, (last, last), follow_symlinks=False)
            elif name in names and not os.path.islink(path):
                # folders change with what is in them
                inside = [os.lstat(os.path.join(path, entry)).st_mtime for entry in os.listdir(path)]
                when = min(max(inside, default=facts.st_mtime), epoch)
                os.utime(path, (when, when))
            else:
                os.utime(path, (facts.st_mtime, facts.st_mtime), follow_symlinks=False)
    os.utime("/", (last, last))
