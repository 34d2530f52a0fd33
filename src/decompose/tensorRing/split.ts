/** How the first rank of a ring is shared: R = p q in two bonds, as equal as their caps and the spectrum allow. */

/** The two bonds beside a core, and how many singular values they keep together. */
export interface Pair {
  readonly before: number;
  readonly behind: number;
}

/**
 * The pair with before * behind >= wanted, and at most as many as there are values, whose sum is least; of those the
 * smaller product, then the smaller bond in front. A prime R is better rounded up than split as 1 and R. Where the caps
 * forbid it, the greatest product that they allow.
 */
export function balanced(wanted: number, count: number, caps: Pair): Pair {
  let best: Pair | undefined;
  const measure = ({ before, behind }: Pair): number[] => {
    const product = before * behind;
    return product >= wanted ? [0, before + behind, product, before] : [1, -product, before + behind, before];
  };
  for (let before = 1; before <= Math.min(count, caps.before); before++) {
    const most = Math.min(caps.behind, Math.floor(count / before));
    for (const behind of new Set([Math.min(most, Math.ceil(wanted / before)), most])) {
      const pair = { before, behind };
      if (behind >= 1 && (best === undefined || isLess(measure(pair), measure(best)))) best = pair;
    }
  }
  return best!;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const k = a.findIndex((x, i) => x !== b[i]);
  return k >= 0 && a[k]! < b[k]!;
}
