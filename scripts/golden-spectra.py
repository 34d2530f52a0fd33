"""Singular values by mpmath. Reads a list of matrices {m, n, values} as JSON, prints their spectra with 20 digits.

Called by scripts/golden-spectra.ts; entries are decimal texts that name one double each.
"""

import json
import sys

import mpmath

WORK = 80
CHECK = 110
SHOWN = 20


def spectrum(matrix):
    m, n = matrix["m"], matrix["n"]
    entries = [mpmath.mpf(float(x)) for x in matrix["values"]]
    a = mpmath.matrix(m, n)
    for i in range(m):
        for j in range(n):
            a[i, j] = entries[i * n + j]
    # The QR iteration of mpmath wants at least as many rows as columns, and numbers near 1.
    top = max(abs(x) for x in entries)
    if top == 0:
        return [mpmath.mpf(0)] * min(m, n)
    a = a / top
    s = mpmath.svd_r(a if m >= n else a.T, compute_uv=False)
    return sorted((top * x for x in s), reverse=True)


def rounded(matrix):
    mpmath.mp.dps = WORK
    one = spectrum(matrix)
    mpmath.mp.dps = CHECK
    two = spectrum(matrix)
    # Both precisions must agree to 50 digits of the greatest.
    for x, y in zip(one, two):
        assert abs(x - y) <= mpmath.mpf(10) ** -50 * two[0], "the precisions disagree"
    least = mpmath.mpf(10) ** -60 * two[0]
    return ["0" if x <= least else mpmath.nstr(x, SHOWN) for x in two]


print(json.dumps({"version": mpmath.__version__, "spectra": [rounded(a) for a in json.load(sys.stdin)]}))
