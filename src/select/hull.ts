/** Costs against losses: which choices are worth their cost, and the lower convex hull over them. O(n log n). */

/** A choice by its place in a list, with what counts. */
export interface Point {
  readonly index: number;
  readonly cost: number;
  readonly loss: number;
}

/** Points that lose less than every cheaper one, by cost. Of equal points the first stays. */
export function frontier(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || a.loss - b.loss || a.index - b.index);
  let least = Number.POSITIVE_INFINITY;
  return sorted.filter(({ loss }) => {
    if (!(loss < least)) return false;
    least = loss;
    return true;
  });
}

/** What a step from `a` to the dearer `b` gains for its cost. */
export function slope(a: Point, b: Point): number {
  return (a.loss - b.loss) / (b.cost - a.cost);
}

/** The vertices, and points on edges, of the lower convex hull of a frontier from its first point to its last. */
export function lowerHull(points: readonly Point[]): Point[] {
  const hull: Point[] = [];
  for (const point of points) {
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) < slope(hull.at(-1)!, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}
