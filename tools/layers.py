# SPDX-License-Identifier: MIT
"""The dependency table of ARCHITECTURE.md, as data.

A row of the table is
    | `folder` | what it is | folders that it may use | libraries (`header` …) that it owns |
"May use" is a list of folder names, "all above", or "all above but x"; `base` is open to all.
A header ending in / stands for all below it; otherwise it is the name as it is included.
"""
import os
import re
import sys
from pathlib import Path

# CHECK_ROOT: another tree, for the tests of the checks.
ROOT = Path(os.environ.get("CHECK_ROOT") or Path(__file__).resolve().parent.parent)
TABLE_HEAD = "| folder | is | may use | owns |"


class Layer:
    def __init__(self, name, uses, headers):
        self.name = name
        self.uses = uses
        self.headers = headers


def parse_uses(text, above):
    match = re.fullmatch(r"all above(?: but (.*))?", text)
    if match:
        return set(above) - set((match.group(1) or "").split())
    return {word for word in text.split() if word != "–"}


def read(path=ROOT / "ARCHITECTURE.md"):
    """The rows in order, as {folder: Layer}."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if TABLE_HEAD not in lines:
        sys.exit(f"{path}: the dependency table is gone")
    layers = {}
    for number in range(lines.index(TABLE_HEAD) + 2, len(lines)):
        if not lines[number].startswith("|"):
            break
        cells = [cell.strip() for cell in lines[number].strip("|").split("|")]
        if len(cells) != 4:
            sys.exit(f"{path}:{number + 1}: a row has four cells")
        name = cells[0].strip("`")
        uses = parse_uses(cells[2], layers)
        unknown = uses - set(layers)
        if unknown:
            sys.exit(f"{path}:{number + 1}: {name} may not use what stands below it or "
                     f"nowhere: {' '.join(sorted(unknown))}")
        layers[name] = Layer(name, uses | {"base"}, re.findall(r"`([^`]+)`", cells[3]))
    return layers
