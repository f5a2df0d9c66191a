# SPDX-License-Identifier: MIT
"""SSH keys from a seeded generator, in OpenSSH's own format: a persona's keys have to be the same in every build.

Ed25519 after RFC 8032 section 6, in affine coordinates; openssh-key-v1 after PROTOCOL.key of OpenSSH.
"""
import base64
import hashlib
import struct

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def _base_x():
    square = (BASE_Y * BASE_Y - 1) * pow(D * BASE_Y * BASE_Y + 1, P - 2, P)
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x % 2 else x


BASE = (_base_x(), BASE_Y)


def _add(a, b):
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, P - 2, P) % P
    return x, y


def _multiply(point, factor):
    result = (0, 1)
    while factor:
        if factor & 1:
            result = _add(result, point)
        point = _add(point, point)
        factor >>= 1
    return result


def _string(data):
    return struct.pack(">I", len(data)) + data


def _number(value):
    return _string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _wrap(random, public, private, comment):
    check = struct.pack(">I", random.getrandbits(32))
    secret = check + check + private + _string(comment.encode())
    secret += bytes(range(1, 1 + -len(secret) % 8))
    blob = b"openssh-key-v1\0" + _string(b"none") + _string(b"none") + _string(b"") + struct.pack(">I", 1)
    text = base64.b64encode(blob + _string(public) + _string(secret)).decode()
    lines = "\n".join(text[i:i + 70] for i in range(0, len(text), 70))
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}\n-----END OPENSSH PRIVATE KEY-----\n"


def _line(kind, public, comment):
    return f"{kind} {base64.b64encode(public).decode()} {comment}".strip() + "\n"


def ed25519(random, comment):
    """(private file, public line)"""
    seed = random.getrandbits(256).to_bytes(32, "big")
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    x, y = _multiply(BASE, int.from_bytes(digest, "little"))
    point = (y | (x & 1) << 255).to_bytes(32, "little")
    public = _string(b"ssh-ed25519") + _string(point)
    return _wrap(random, public, public + _string(seed + point), comment), _line("ssh-ed25519", public, comment)


def _prime(random, bits):
    while True:
        n = random.getrandbits(bits) | 1 | 3 << (bits - 2)
        if all(n % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)) and all(
                pow(base, n - 1, n) == 1 for base in (2, 3, 5, 7, 11)) and (n - 1) % 65537:
            return n


def rsa(random, comment, bits=3072):
    p, q = _prime(random, bits // 2), _prime(random, bits // 2)
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = _string(b"ssh-rsa") + _number(e) + _number(n)
    private = _string(b"ssh-rsa") + b"".join(_number(v) for v in (n, e, d, pow(q, -1, p), p, q))
    return _wrap(random, public, private, comment), _line("ssh-rsa", public, comment)
