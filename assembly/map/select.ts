/** y = c != 0 ? a : b, all strided (0 repeats), y dense. */

import { Head } from '../abi';
import { item, lanesAt, offsetOf, PIECE, storeLanes, volume } from './walk';

@unmanaged
export class SelectArgs extends Head {
  order: i32;
  shape: usize;
  cStrides: usize;
  aStrides: usize;
  bStrides: usize;
  c: usize;
  a: usize;
  b: usize;
  y: usize;
}

export function select3<T>(args: SelectArgs): void {
  const outer = args.order - 1;
  const inner = outer < 0 ? <usize>1 : item(args.shape, outer);
  const cStep = (outer < 0 ? <usize>1 : item(args.cStrides, outer)) * sizeof<T>();
  const aStep = (outer < 0 ? <usize>1 : item(args.aStrides, outer)) * sizeof<T>();
  const bStep = (outer < 0 ? <usize>1 : item(args.bStrides, outer)) * sizeof<T>();
  const end = min(<usize>args.end * PIECE, volume(args.shape, args.order));
  let at = <usize>args.begin * PIECE;
  let row = at / inner;
  let column = at - row * inner;
  while (at < end) {
    const n = min(inner - column, end - at);
    const c = args.c + offsetOf(row, args.shape, args.cStrides, outer) * sizeof<T>() + column * cStep;
    const a = args.a + offsetOf(row, args.shape, args.aStrides, outer) * sizeof<T>() + column * aStep;
    const b = args.b + offsetOf(row, args.shape, args.bStrides, outer) * sizeof<T>() + column * bStep;
    selectRow<T>(c, cStep, a, aStep, b, bStep, args.y + at * sizeof<T>(), n);
    at += n;
    row++;
    column = 0;
  }
}

function selectRow<T>(
  c: usize,
  cStep: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  y: usize,
  n: usize,
): void {
  const lanes: usize = 16 / sizeof<T>();
  const zero = v128.splat<T>(0);
  while (n > 0) {
    const whole = n >= lanes;
    const mask = v128.ne<T>(lanesAt<T>(c, cStep, whole), zero);
    const chosen = v128.bitselect(lanesAt<T>(a, aStep, whole), lanesAt<T>(b, bStep, whole), mask);
    storeLanes<T>(y, chosen, whole);
    const count = whole ? lanes : 1;
    c += count * cStep;
    a += count * aStep;
    b += count * bStep;
    y += count * sizeof<T>();
    n -= count;
  }
}
