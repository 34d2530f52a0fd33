/** Where names of points go so that none lies on another, or on a point: greedily, the first points first. */

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Room {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Distances of names from their points. */
const RINGS = [9, 22, 38];

const overlap = (a: Spot, b: Spot): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Candidates about a point, best first: right, left, above, below, the corners, and then all of them farther away. */
function around(x: number, y: number, width: number, height: number): Spot[] {
  const ring = (gap: number): (readonly [number, number])[] => [
    [x + gap, y - height / 2],
    [x - gap - width, y - height / 2],
    [x - width / 2, y - height - gap + 2],
    [x - width / 2, y + gap - 2],
    [x + gap - 1, y - height - gap / 3],
    [x + gap - 1, y + gap / 3],
    [x - gap - width + 1, y - height - gap / 3],
    [x - gap - width + 1, y + gap / 3],
  ];
  return RINGS.flatMap(ring).map(([left, top]) => ({ x: left, y: top, width, height }));
}

/** The top left corners of names of these widths, or undefined for those that find no room; `blocked` stays free. */
export function placed(
  points: readonly { readonly x: number; readonly y: number; readonly width: number }[],
  height: number,
  room: Room,
  blocked: readonly Spot[] = [],
): (Spot | undefined)[] {
  const taken: Spot[] = points.map(({ x, y }) => ({ x: x - 7, y: y - 7, width: 14, height: 14 }));
  return points.map(({ x, y, width }) => {
    const inside = around(x, y, width, height).filter(
      (one) =>
        one.x >= room.left &&
        one.y >= room.top &&
        one.x + one.width <= room.right &&
        one.y + one.height <= room.bottom &&
        !taken.some((other) => overlap(one, other)),
    );
    // A name on a line can be read; a name on a name cannot.
    const spot = inside.find((one) => !blocked.some((other) => overlap(one, other))) ?? inside[0];
    if (spot !== undefined) taken.push(spot);
    return spot;
  });
}
