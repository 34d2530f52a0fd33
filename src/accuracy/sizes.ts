/** At which sizes the types of the zoo are looked at. */

export type Size = readonly [m: number, n: number];

/** '3x1 1x5' as sizes. */
function parsed(text: string): readonly Size[] {
  return text.split(' ').map((size) => {
    const [m, n] = size.split('x').map(Number);
    return [m!, n!];
  });
}

/** The 19 sizes of LAPACK's SVD driver, and 7 beyond. */
export const zooSizes: readonly Size[] = parsed(
  '0x0 0x1 0x3 1x0 1x1 1x2 2x0 2x1 3x0 3x1 3x3 10x10 10x16 16x10 16x16 30x30 30x40 40x30 40x40 ' +
    '1x5 5x1 17x33 64x64 100x20 128x128 200x60',
);

/** Sizes that types have besides those of zooSizes that fit. */
const more: Readonly<Record<string, readonly Size[]>> = {
  lauchli: parsed('11x10 10x11 65x64'),
  oneByN: parsed('1x33 1x128 1x1000'),
  nByOne: parsed('33x1 128x1 1000x1'),
};

/** Whether a type of matrix makes sense at a size. */
export function fits(name: string, [m, n]: Size): boolean {
  if (name === 'size0') return m * n === 0;
  if (m * n === 0) return false;
  if (name === 'oneByN') return m === 1;
  if (name === 'nByOne') return n === 1;
  if (name === 'companion') return m === n && m > 1;
  return name !== 'lauchli' || m !== n;
}

/** All sizes of a type in the zoo. */
export function ownSizes(name: string): readonly Size[] {
  return [...zooSizes.filter((size) => fits(name, size)), ...(more[name] ?? [])];
}
