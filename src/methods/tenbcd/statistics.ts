/** Sums over examples that a weight is fitted with: R'V, V'V and the sums of R and V, chunk by chunk. */

import { add } from '../../ops/binary.ts';
import { concat } from '../../ops/concat.ts';
import { matmul } from '../../ops/matmul.ts';
import { pad } from '../../ops/pad.ts';
import { sum } from '../../ops/reduce.ts';
import { slice } from '../../ops/slice.ts';
import { transpose } from '../../ops/transpose.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Columns of V'V below which it is formed whole, and the bands of rows of its lower triangle above. */
const WHOLE = 128;
const BANDS = 4;

/** Rows `[from, to)` of the bands of an n x n matrix. */
function bandsOf(n: number): [from: number, to: number][] {
  const count = n < WHOLE ? 1 : BANDS;
  return Array.from({ length: count }, (_, k) => [Math.floor((n * k) / count), Math.floor((n * (k + 1)) / count)]);
}

/** The lower triangle of V'V, up to blocks on the diagonal, as bands of rows. */
function gramBands(V: Tensor): Tensor[] {
  return bandsOf(V.shape[1]!).map(([from, to]) => {
    return matmul(transpose(slice(V, [null, [from, to]])), slice(V, [null, [0, to]]));
  });
}

/** Bands as one matrix, with zeros above. */
function joined(bands: readonly Tensor[]): Tensor {
  const n = bands.at(-1)!.shape[1]!;
  if (bands.length === 1) return bands[0]!;
  return concat(
    bands.map((band) => {
      return pad(band, [
        [0, 0],
        [0, n - band.shape[1]!],
      ]);
    }),
  );
}

export class Statistics {
  #totals: Tensor[] = [];
  readonly #gram: Tensor | null;
  readonly #inputSum: Tensor | null;

  /** `known`: V'V and the sums of V, where they do not change. */
  constructor(known?: { readonly gram: Tensor; readonly inputSum: Tensor }) {
    this.#gram = known?.gram ?? null;
    this.#inputSum = known?.inputSum ?? null;
  }

  /** Takes a chunk R [rows, out], V [rows, in]; gives the sums so far, which must outlive the scope. */
  add(R: Tensor, V: Tensor): readonly Tensor[] {
    const more = this.#gram === null ? [sum(V, 0), ...gramBands(V)] : [];
    const parts = [matmul(transpose(R), V), sum(R, 0), ...more];
    const before = this.#totals;
    this.#totals = before.length === 0 ? parts : parts.map((part, k) => add(before[k]!, part));
    for (const old of before) old.dispose();
    return this.#totals;
  }

  /** R'V [out, in]. */
  get cross(): Tensor {
    return this.#totals[0]!;
  }

  /** Sums of R over examples [out]. */
  get residualSum(): Tensor {
    return this.#totals[1]!;
  }

  /** Sums of V over examples [in]. */
  get inputSum(): Tensor {
    return this.#inputSum ?? this.#totals[2]!;
  }

  /** V'V [in, in]: its lower triangle. */
  get gram(): Tensor {
    return this.#gram ?? joined(this.#totals.slice(3));
  }
}
