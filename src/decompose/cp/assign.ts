/**
 * The cheapest assignment of rows to columns: the Hungarian method by shortest augmenting paths (Jonker & Volgenant
 * 1987). O(rows^2 columns) on small tables.
 */

/** For each row of a table of finite costs with at least as many columns as rows its own column; the total is least. */
export function assign(costs: readonly (readonly number[])[]): number[] {
  const columns = costs[0]?.length ?? 0;
  const rowPrice = costs.map(() => 0);
  const columnPrice = new Array<number>(columns).fill(0);
  /** The row that a column belongs to, or -1. */
  const owner = new Array<number>(columns).fill(-1);
  for (let row = 0; row < costs.length; row++) {
    const distance = new Array<number>(columns).fill(Number.POSITIVE_INFINITY);
    const from = new Array<number>(columns).fill(-1);
    const done = new Array<boolean>(columns).fill(false);
    let [at, last] = [row, -1];
    for (;;) {
      let next = -1;
      for (let j = 0; j < columns; j++) {
        if (done[j]) continue;
        const base = last < 0 ? 0 : distance[last]!;
        const through = base + costs[at]![j]! - rowPrice[at]! - columnPrice[j]!;
        if (through < distance[j]!) [distance[j], from[j]] = [through, last];
        if (next < 0 || distance[j]! < distance[next]!) next = j;
      }
      done[next] = true;
      last = next;
      if (owner[next]! < 0) break;
      at = owner[next]!;
    }
    const length = distance[last]!;
    rowPrice[row]! += length;
    for (let j = 0; j < columns; j++) {
      if (!done[j] || j === last) continue;
      rowPrice[owner[j]!]! += length - distance[j]!;
      columnPrice[j]! -= length - distance[j]!;
    }
    for (let j = last; j >= 0; j = from[j]!) owner[j] = from[j]! < 0 ? row : owner[from[j]!]!;
  }
  const result = costs.map(() => -1);
  owner.forEach((row, j) => {
    if (row >= 0) result[row] = j;
  });
  return result;
}
