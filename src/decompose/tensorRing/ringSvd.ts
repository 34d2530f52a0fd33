/**
 * TR-SVD (Zhao, Zhou, Xie, Zhang & Cichocki 2016, algorithm 1): the first unfolding may lose sqrt(2 / d) eps |A|, its rank
 * is shared by the two bonds of the first core, and a TT-SVD with eps |A| / sqrt(d) a step does the rest. The whole error
 * is at most eps |A|: 2 / d + (d - 2) / d = 1. Which mode comes first matters: cyclic shifts give other ranks.
 */

import { tail } from '../../ops/linalg/chop.ts';
import { reshape } from '../../ops/reshape.ts';
import { transpose } from '../../ops/transpose.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Dense, keep } from '../dense.ts';
import { splitOff } from '../splitOff.ts';
import { balanced } from './split.ts';

export interface Ring {
  /** Cores [r_k, n_k, r_(k+1)] in the order of the modes, of the scaled tensor; r_d = r_0. */
  readonly cores: readonly Tensor[];
  /** The relative errors made, in the order of the steps. */
  readonly tails: readonly number[];
}

/** The ring that begins at mode `shift`, for two modes or more. `caps[k]` is the most of the bond in front of mode k. */
export function ringSvd(
  { a, exponent }: Pick<Dense, 'a' | 'exponent'>,
  shift: number,
  caps: readonly number[],
  eps: number | undefined,
): Ring {
  const d = a.order;
  const at = (k: number): number => (shift + k) % d;
  const turned = transpose(
    a,
    Array.from({ length: d }, (_, k) => at(k)),
  );
  const cores = new Array<Tensor>(d);
  const tails: number[] = [];
  let norm = Number.NaN;
  const share = (parts: number): number | undefined =>
    eps === undefined ? undefined : eps * norm * Math.sqrt(parts / d);
  const note = (values: Float64Array, r: number): number => {
    tails.push(norm === 0 ? 0 : tail(values, r) / norm);
    return r;
  };
  let pair = { before: 1, behind: 1 };
  const first = splitOff(
    turned,
    [0],
    (values) => {
      norm = tail(values);
      const most = { before: caps[at(0)]!, behind: caps[at(1)]! };
      pair = balanced(keep(values, most.before * most.behind, share(2)), values.length, most);
      return note(values, pair.before * pair.behind);
    },
    { exponent },
  );
  const { before, behind } = pair;
  cores[at(0)] = transpose(reshape(first.U, [a.shape[at(0)]!, before, behind]), [1, 0, 2]);
  const others = first.rest.shape.slice(1);
  // [before, behind, n_1, ..., n_(d-1)], with `before` put behind the last mode.
  const opened = reshape(first.rest, [before, behind, ...others]);
  let rest = transpose(opened, [...opened.shape.map((_, k) => k).slice(1), 0]);
  for (let k = 1; k < d - 1; k++) {
    const cut = splitOff(rest, [0, 1], (values) => note(values, keep(values, caps[at(k + 1)]!, share(1))), {
      consumes: true,
    });
    cores[at(k)] = cut.U;
    rest = cut.rest;
  }
  cores[at(d - 1)] = rest;
  return { cores, tails };
}

/** Stored elements of a ring. */
export function countOfRing({ cores }: Ring): number {
  return cores.reduce((sum, core) => sum + core.size, 0);
}

/**
 * The best of some shifts: with an eps the one that stores least, else the one with the least error; of equal ones the
 * first.
 */
export function bestRing(
  dense: Pick<Dense, 'a' | 'exponent'>,
  shifts: readonly number[],
  caps: readonly number[],
  eps: number | undefined,
  heard: (step: number, error: number) => void,
): Ring {
  let best: Ring | undefined;
  let least: readonly number[] = [];
  shifts.forEach((shift, k) => {
    const ring = scope(() => ringSvd(dense, shift, caps, eps));
    const error = tail(ring.tails);
    const measure = eps === undefined ? [error, countOfRing(ring)] : [countOfRing(ring), error];
    const better =
      best === undefined || measure[0]! < least[0]! || (measure[0] === least[0] && measure[1]! < least[1]!);
    for (const core of (better ? best : ring)?.cores ?? []) core.dispose();
    if (better) [best, least] = [ring, measure];
    heard(k + 1, tail(best!.tails));
  });
  return best!;
}
