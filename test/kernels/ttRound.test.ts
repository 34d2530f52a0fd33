import { ttRound } from '../../src/kernels/ttRound.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { type Dense, distance, fullOf, lossOfOrthogonality, normOf } from '../laws/ttDense.ts';
import type { AnySample, Contents } from '../support/kernelcall.ts';

interface Sizes {
  readonly modes: readonly number[];
  readonly ranks: readonly number[];
  readonly caps: readonly number[];
}

/** Cores that lie one behind the other. */
function unpacked(
  modes: readonly number[],
  ranks: ArrayLike<number>,
  values: ArrayLike<number>,
  power: number,
): Dense[] {
  let from = 0;
  return modes.map((n, k) => {
    const shape = [ranks[k]!, n, ranks[k + 1]!];
    const length = shape.reduce((a, b) => a * b);
    const scale = k === modes.length - 1 ? power : 1;
    const core = { shape, values: Float64Array.from({ length }, (_, i) => scale * values[from + i]!) };
    from += length;
    return core;
  });
}

/** <x, y> of two trains of equal modes. */
function dot(x: readonly Dense[], y: readonly Dense[]): number {
  let P = [1];
  x.forEach((A, k) => {
    const B = y[k]!;
    const [r, n, s] = A.shape as [number, number, number];
    const [q, , t] = B.shape as [number, number, number];
    const next = new Array<number>(s * t).fill(0);
    for (let i = 0; i < n; i++) {
      for (let a = 0; a < r; a++) {
        for (let b = 0; b < q; b++) {
          const p = P[a * q + b]!;
          for (let u = 0; u < s; u++) {
            const left = p * A.values[(a * n + i) * s + u]!;
            for (let v = 0; v < t; v++) next[u * t + v]! += left * B.values[(b * n + i) * t + v]!;
          }
        }
      }
    }
    P = next;
  });
  return P[0]!;
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function judge(after: Contents, before: Contents, sample: AnySample, dtype: string): void {
  const { modes, ranks, caps } = sample as unknown as Sizes;
  const u = dtype === 'f64' ? 2 ** -53 : 2 ** -23;
  const [d, slots] = [modes.length, after.slots!];
  const [eps, atol, , , exponent] = slots as unknown as number[];
  const [norm, error] = [slots[2]! * 2 ** exponent!, slots[3]! * 2 ** exponent!];
  const got = [...after.newRanks!];
  const x = unpacked(modes, ranks, before.cores!, 1);
  const y = unpacked(modes, got, after.rounded!, 2 ** exponent!);
  expect(got[0] === 1 && got[d] === 1, 'outermost ranks are 1');
  expect(
    got.slice(1, -1).every((r, k) => r >= 1 && r <= Math.min(caps[k]!, ranks[k + 1]!)),
    `ranks [${got}]`,
  );
  y.slice(0, -1).forEach((core, k) => {
    const loss = lossOfOrthogonality(core, 'left');
    expect(loss <= 30 * u * core.shape[0]! * core.shape[1]!, `core ${k} loses orthogonality: ${loss}`);
  });
  const isCut = got.slice(1, -1).some((r, k) => r === caps[k] && r < ranks[k + 1]!);
  const allowed = Math.max(eps! * norm, atol!);
  if (!isCut) expect(error <= allowed * (1 + 1e-6), `error ${error} of ${allowed}`);
  if (modes.reduce((a, b) => a * b) <= 4000 || d === 2) {
    const [whole, rounded] = [fullOf(x), fullOf(y)];
    const off = distance(whole, rounded);
    expect(Math.abs(normOf(whole) - norm) <= 50 * u * norm, `norm ${norm} for ${normOf(whole)}`);
    expect(Math.abs(off - error) <= 50 * u * d * norm, `error ${error} for ${off} of ${norm}`);
  } else {
    const squares = [dot(x, x), dot(y, y), dot(x, y)] as const;
    const off = Math.sqrt(Math.max(0, squares[0] + squares[1] - 2 * squares[2]));
    expect(Math.abs(Math.sqrt(squares[0]) / norm - 1) <= 100 * u * d, `norm ${norm}`);
    expect(Math.abs(off - error) <= 30 * Math.sqrt(u * d) * norm, `error ${error} for ${off} of ${norm}`);
  }
}

kernelLaws(ttRound, { judge });
