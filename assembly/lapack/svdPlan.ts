/** Where things lie in the workspace of gesvd; src/kernels/gesvd.ts knows how much it takes. */

import { Bidiagonal } from './bidiagonal';
import { RowRoom } from './formRows';
import { GeqrfArgs } from './geqrf';
import { Rotations } from './rotations';
import { BLOCK, pitchOf } from './wy';

/** Sweeps of rotations that wait to be applied together; src/kernels/gesvd.ts has the same. */
const SWEEPS: usize = 64;
/** Bytes of the objects in front; src/kernels/gesvd.ts has the same. */
const HEAD: usize = 448;

/** The bidiagonal form is that of A or, where A has fewer rows than columns, of its transpose; or of its factor R. */
@unmanaged
export class SvdPlan extends Bidiagonal {
  /** Rows of A or of the transpose. */
  rows: i32;
  wide: bool;
  /** Replaced by R, which is much smaller. */
  tall: bool;
  room: RowRoom;
  left: Rotations;
  right: Rotations;
  /** P' and, in the place of A, Q'. */
  Vt: usize;
  /** i32. */
  order: usize;
  /** For tall ones: QR of the transpose or of A, and Q' of the whole, `pitchU` bytes a row. */
  qr: GeqrfArgs;
  copy: usize;
  U: usize;
  pitchU: usize;
}

/** Shares the workspace out for matrices m x n. */
export function place<T>(g: SvdPlan, m: i32, n: i32, vectors: bool): void {
  const head = changetype<usize>(g),
    rows = max(m, n),
    k = min(m, n),
    tall = k > 7 && 2 * rows > 3 * k;
  g.rows = rows;
  g.wide = m < n;
  g.tall = tall;
  g.m = tall ? k : rows;
  g.n = k;
  g.keep = vectors ? 1 : 0;
  g.room = changetype<RowRoom>(head + 192);
  g.left = changetype<Rotations>(head + 256);
  g.right = changetype<Rotations>(head + 320);
  g.qr = changetype<GeqrfArgs>(head + 384);
  g.pitchL = <usize>pitchOf<T>(g.m) * sizeof<T>();
  g.pitch = <usize>pitchOf<T>(k) * sizeof<T>();
  const kept: usize = vectors ? k : 2;
  let at = head + HEAD;
  g.A = at;
  at += max(<usize>((g.m + 3) & ~3) * g.pitch, vectors ? <usize>k * g.pitchL : 0);
  g.VL = at;
  at += kept * g.pitchL;
  g.VR = at;
  at += kept * g.pitch;
  g.z = at;
  at += g.pitchL;
  g.y = at;
  at += 2 * g.pitch;
  g.tauL = at;
  at += g.pitch;
  g.tauR = at;
  at += g.pitch;
  g.d = at;
  at += (<usize>k) << 3;
  g.e = at;
  at += (<usize>k) << 3;
  g.order = at;
  at += (((<usize>k) << 2) + 63) & ~63;
  if (vectors) {
    const room = g.room,
      lines = <usize>(k * BLOCK) * sizeof<T>();
    g.Vt = at;
    at += <usize>k * g.pitch;
    room.W = at;
    at += lines;
    room.X = at;
    at += lines;
    room.N = at;
    at += <usize>(BLOCK * BLOCK) * sizeof<T>();
    room.G = at;
    at += <usize>(BLOCK * BLOCK) * sizeof<T>();
    at = list<T>(g.left, at, g.A, g.pitchL, g.m, k);
    at = list<T>(g.right, at, g.Vt, g.pitch, k, k);
  }
  if (tall) {
    const q = g.qr,
      size = (<usize>rows * <usize>k * sizeof<T>() + 63) & ~63;
    g.pitchU = <usize>pitchOf<T>(rows) * sizeof<T>();
    g.copy = at;
    if (g.wide) at += size;
    q.R = at;
    at += (<usize>k * <usize>k * sizeof<T>() + 63) & ~63;
    q.Q = 0;
    if (vectors) {
      q.Q = at;
      at += size;
      g.U = at;
      at += <usize>k * g.pitchU;
    }
    q.begin = 0;
    q.end = q.batch = 1;
    q.m = rows;
    q.n = q.columns = k;
    q.F = q.tau = 0;
    q.work = at;
  }
  g.room.mul = at;
}

/** A list for k rows of `columns` numbers; returns its end. */
function list<T>(r: Rotations, at: usize, rows: usize, pitch: usize, columns: i32, k: usize): usize {
  r.scales = at;
  r.begin = at + (k << 3);
  r.end = r.begin + ((SWEEPS * (16 + 2 * sizeof<T>() * k) + 63) & ~63);
  r.rows = rows;
  r.pitch = pitch;
  r.columns = columns;
  return r.end;
}
