"""Writes test/golden/decompositions.json: ranks and errors of the textbook algorithms, in plain NumPy.

    npx tsx scripts/golden-digits.ts | python3 scripts/golden-decompositions.py

TT-SVD: Oseledets 2011, algorithm 1. TT rounding: the same, algorithm 2. ST-HOSVD: Vannieuwenhoven et al. 2012.
HOOI: De Lathauwer et al. 2000, from ST-HOSVD, 50 sweeps. CP-ALS: Kolda & Bader 2009, figure 3.3, from leading left
singular vectors. Standard input: 200 digits of 8 x 8 as JSON.
"""

import json
import sys

import numpy as np

EPS = [1e-1, 1e-2, 1e-4, 1e-6, 1e-8]
norm = np.linalg.norm


def hilbert(order, n):
    grid = np.meshgrid(*[np.arange(1, n + 1)] * order, indexing="ij")
    return 1.0 / sum(grid)


def chop(s, delta):
    tails = np.sqrt(np.cumsum(s[::-1] ** 2))[::-1]
    return max(1, int(np.sum(tails > delta)))


def tt_svd(a, eps):
    delta = eps * norm(a) / np.sqrt(max(1, a.ndim - 1))
    cores, rest, r = [], a, 1
    for n in a.shape[:-1]:
        u, s, v = np.linalg.svd(rest.reshape(r * n, -1), full_matrices=False)
        keep = chop(s, delta)
        cores.append(u[:, :keep].reshape(r, n, keep))
        rest, r = s[:keep, None] * v[:keep], keep
    return cores + [rest.reshape(r, a.shape[-1], 1)]


def mirrored(cores):
    return [core.transpose(2, 1, 0) for core in reversed(cores)]


def tt_full(cores):
    full = cores[0]
    for core in cores[1:]:
        full = np.tensordot(full, core, axes=1)
    return full[0, ..., 0]


def tt_add(a, b):
    out = []
    for k, (x, y) in enumerate(zip(a, b)):
        core = np.zeros((x.shape[0] + y.shape[0], x.shape[1], x.shape[2] + y.shape[2]))
        core[: x.shape[0], :, : x.shape[2]] = x
        core[x.shape[0] :, :, x.shape[2] :] = y
        if k == 0:
            core = core[: x.shape[0]] + core[x.shape[0] :]
        if k == len(a) - 1:
            core = core[:, :, :1] + core[:, :, 1:]
        out.append(core)
    return out


def tt_round(cores, eps):
    cores = list(cores)
    for k in range(len(cores) - 1, 0, -1):
        r, n, s = cores[k].shape
        q, l = np.linalg.qr(cores[k].reshape(r, n * s).T)
        cores[k] = q.T.reshape(-1, n, s)
        cores[k - 1] = np.tensordot(cores[k - 1], l.T, axes=1)
    delta = eps * norm(cores[0]) / np.sqrt(max(1, len(cores) - 1))
    for k in range(len(cores) - 1):
        r, n, s = cores[k].shape
        u, d, v = np.linalg.svd(cores[k].reshape(r * n, s), full_matrices=False)
        keep = chop(d, delta)
        cores[k] = u[:, :keep].reshape(r, n, keep)
        cores[k + 1] = np.tensordot(d[:keep, None] * v[:keep], cores[k + 1], axes=1)
    return cores


def ranks(cores):
    return [core.shape[2] for core in cores[:-1]]


def unfold(a, k):
    return np.moveaxis(a, k, 0).reshape(a.shape[k], -1)


def times(a, u, k):
    return np.moveaxis(np.tensordot(u, a, axes=(1, k)), 0, k)


def st_hosvd(a, wanted):
    core, factors = a, []
    for k, r in enumerate(wanted):
        u = np.linalg.svd(unfold(core, k), full_matrices=False)[0][:, :r]
        factors.append(u)
        core = times(core, u.T, k)
    return core, factors


def hooi(a, wanted, sweeps):
    core, factors = st_hosvd(a, wanted)
    start = np.sqrt(norm(a) ** 2 - norm(core) ** 2) / norm(a)
    for _ in range(sweeps):
        for k, r in enumerate(wanted):
            y = a
            for j, u in enumerate(factors):
                if j != k:
                    y = times(y, u.T, j)
            factors[k] = np.linalg.svd(unfold(y, k), full_matrices=False)[0][:, :r]
            core = times(y, factors[k].T, k)
    full = core
    for k, u in enumerate(factors):
        full = times(full, u, k)
    return start, norm(a - full) / norm(a)


def cp_als(a, r, sweeps):
    factors = [np.linalg.svd(unfold(a, k), full_matrices=False)[0][:, :r] for k in range(a.ndim)]
    errors = []
    for _ in range(sweeps):
        for k in range(a.ndim):
            others = [f for j, f in enumerate(factors) if j != k]
            gram = np.prod([f.T @ f for f in others], axis=0)
            product = others[0]
            for f in others[1:]:
                product = (product[:, None, :] * f[None, :, :]).reshape(-1, r)
            factors[k] = np.linalg.solve(gram, (unfold(a, k) @ product).T).T
        letters = "abcd"[: a.ndim]
        full = np.einsum(",".join(c + "z" for c in letters) + "->" + letters, *factors)
        errors.append(norm(a - full) / norm(a))
    return errors


def main():
    digits = np.array(json.load(sys.stdin), dtype=float).reshape(200, 8, 8)
    tensors = {"hilbert3": hilbert(3, 20), "hilbert5": hilbert(5, 8), "digits": digits}
    out = {
        "about": f"textbook algorithms in NumPy {np.__version__}, scripts/golden-decompositions.py",
        "tt": [],
        "round": [],
        "hooi": [],
        "cp": [],
    }
    for name, a in tensors.items():
        for eps in EPS if name != "digits" else [0.5, 0.3, 0.1, 0.03]:
            # A long first mode is cut last: the algorithm on the modes in reverse.
            cores = mirrored(tt_svd(a.T, eps)) if name == "digits" else tt_svd(a, eps)
            error = norm(a - tt_full(cores)) / norm(a)
            out["tt"].append({"tensor": name, "eps": eps, "ranks": ranks(cores), "error": error})
            # A sum of a train and a permuted one, so that its ranks are not just those of its terms.
            x = tt_svd(a, 1e-10)
            y = tt_add(x, tt_svd(np.flip(a, 0), 1e-10))
            rounded = tt_round(y, eps)
            whole = a + np.flip(a, 0)
            error = norm(whole - tt_full(rounded)) / norm(whole)
            out["round"].append({"tensor": name, "eps": eps, "ranks": ranks(rounded), "error": error})
    for name, wanted in [("hilbert3", [2, 2, 2]), ("hilbert3", [3, 4, 2]), ("digits", [20, 4, 5]), ("digits", [5, 3, 3])]:
        start, error = hooi(tensors[name], wanted, 50)
        out["hooi"].append({"tensor": name, "ranks": wanted, "start": start, "error": error})
    for name, r, sweeps in [("hilbert3", 2, 40), ("hilbert3", 3, 40), ("digits", 4, 40), ("digits", 6, 40)]:
        out["cp"].append({"tensor": name, "rank": r, "errors": cp_als(tensors[name], r, sweeps)})
    with open("test/golden/decompositions.json", "w") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


main()
