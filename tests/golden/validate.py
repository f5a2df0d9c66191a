#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""validate.py SCHEMA COMMAND…: whether the JSON that the command prints fits the schema.

Ends with status 77 (skipped) where python3-jsonschema is not installed.
"""
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    text = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, check=True).stdout
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    wrong = list(checker.iter_errors(json.loads(text)))
    for error in wrong[:10]:
        print("/".join(str(step) for step in error.path), error.message[:200])
    return 1 if wrong else 0


sys.exit(main())
