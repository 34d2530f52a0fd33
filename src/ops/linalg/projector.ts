/**
 * The orthogonal projector on leading right singular vectors, and its gradient of every order. Of singular values only
 * differences across the cut occur, so that equal ones on one side do no harm. With G = A' A:
 * P = V1 V1', dP = X + X' where G X - X G = P dG (I - P) (Kato 1966, II.2; Sylvester's equation in the basis V).
 */

import type { Tensor } from '../../tensor/tensor.ts';
import { add, div, less, sub } from '../binary.ts';
import { matmul } from '../matmul.ts';
import type { Op } from '../op.ts';
import { slice } from '../slice.ts';
import { where } from '../where.ts';
import { composed } from './composed.ts';
import { column, row, t } from './svdGrad.ts';

/** A [..., m, n], m >= n, with its singular values [..., n] and all right singular vectors [..., n, n], cut at r. */
export interface Split {
  readonly A: Tensor;
  readonly S: Tensor;
  readonly Vt: Tensor;
  readonly r: number;
}

/** Rows or elements [from, to) of the last but `behind` modes. */
function part(x: Tensor, behind: number, from: number, to: number): Tensor {
  return slice(x, [...new Array<null>(x.order - 1 - behind).fill(null), [from, to]]);
}

/** P [..., n, n], a function of A; S and Vt count as parts of it. */
function projector(at: Split): Tensor {
  const forward = (): Tensor[] => {
    const V1t = part(at.Vt, 1, 0, at.r);
    return [matmul(t(V1t), V1t)];
  };
  const vjp: Op<unknown>['vjp'] = ([g]) => [throughGram(at, sylvester(at, symmetric(g!)))];
  return composed({ name: 'projector', vjp }, [at.A], forward)[0]!;
}

/** The gradient of A P from its cotangent g, by the product rule. */
export function projectionGrad(at: Split, g: Tensor): Tensor {
  const through = sylvester(at, symmetric(matmul(t(at.A), g)));
  return add(matmul(g, projector(at)), throughGram(at, through));
}

const symmetric = (x: Tensor): Tensor => add(x, t(x));

/** The gradient of A from that of G = A' A. */
function throughGram({ A }: Split, H: Tensor): Tensor {
  return matmul(A, symmetric(H));
}

/**
 * X = P X (I - P) with G X - X G = P W (I - P), a function of A and W [..., n, n]: in the basis V, W_kd is divided by
 * s_k^2 - s_d^2, for k kept and d discarded. Where the two are equal it counts as infinite.
 */
function sylvester(at: Split, W: Tensor): Tensor {
  const forward = (): Tensor[] => {
    const n = at.Vt.shape.at(-1)!;
    const [V1t, V2t] = [part(at.Vt, 1, 0, at.r), part(at.Vt, 1, at.r, n)];
    const [kept, rest] = [column(part(at.S, 0, 0, at.r)), row(part(at.S, 0, at.r, n))];
    const gap = sub(kept, rest);
    const isOpen = less(0, gap);
    // Two divisions: the product of the divisors may under- or overflow.
    const turned = div(matmul(matmul(V1t, W), t(V2t)), where(isOpen, gap, 1));
    return [matmul(t(V1t), matmul(where(isOpen, div(turned, where(isOpen, add(kept, rest), 1)), 0), V2t))];
  };
  const vjp: Op<unknown>['vjp'] = ([g], { outs: [X], needs }) => {
    const L = sylvester(at, g!);
    if (!needs[0]) return [null, L];
    const toP = add(commutator(g!, t(X!)), commutator(L, t(W)));
    const toG = sub(sylvester(at, symmetric(toP)), commutator(L, t(X!)));
    return [throughGram(at, toG), L];
  };
  return composed({ name: 'sylvester', vjp }, [at.A, W], forward)[0]!;
}

const commutator = (x: Tensor, y: Tensor): Tensor => sub(matmul(x, y), matmul(y, x));
