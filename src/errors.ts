/** The error classes. One form everywhere: `op: rule; got value; remedy`. */

class RankwiseError extends Error {
  /** What refused. */
  readonly op: string;

  constructor(op: string, rule: string, got: string, remedy: string, options?: ErrorOptions) {
    super(`${op}: ${rule}; got ${got}; ${remedy}`, options);
    this.op = op;
  }
}

/** Sizes, orders, axes or labels that do not fit together. */
export class ShapeError extends RankwiseError {
  override readonly name: string = 'ShapeError';
}
/** A rank that is infeasible, or not understood. */
export class RankError extends RankwiseError {
  override readonly name: string = 'RankError';
}
/** An element type the operation does not have, or two that were mixed. */
export class DtypeError extends RankwiseError {
  override readonly name: string = 'DtypeError';
}
/** A backend that lacks a kernel, a tensor used after it was freed, a runtime without a needed feature. */
export class BackendError extends RankwiseError {
  override readonly name: string = 'BackendError';
}
/** NaN or Inf where finite numbers are required. */
export class NonFiniteError extends RankwiseError {
  override readonly name: string = 'NonFiniteError';
}
/** A matrix that lacks the inverse or the factor that was asked for: a pivot that is zero, or not positive. */
export class SingularError extends RankwiseError {
  override readonly name: string = 'SingularError';
}
/** An iteration that met its limit. */
export class ConvergenceError extends RankwiseError {
  override readonly name: string = 'ConvergenceError';
}
/** A file, stream or option text that breaks its format's rules. */
export class FormatError extends RankwiseError {
  override readonly name: string = 'FormatError';
}
/** Training that left the region where it can recover. */
export class DivergenceError extends RankwiseError {
  override readonly name: string = 'DivergenceError';
}

/** Linear memory cannot serve a request. All sizes are bytes. */
export class OutOfMemoryError extends RankwiseError {
  override readonly name: string = 'OutOfMemoryError';
  readonly requested: number;
  readonly inUse: number;
  readonly limit: number;
  constructor(op: string, requested: number, inUse: number, limit: number, shape?: readonly number[]) {
    const what = shape === undefined ? `${requested} bytes` : `${requested} bytes for [${shape.join(', ')}]`;
    super(
      op,
      `memory holds at most ${limit} bytes`,
      `a request of ${what} with ${inUse} in use`,
      'use a smaller batch or rank, or free tensors with scope() or dispose()',
    );
    this.requested = requested;
    this.inUse = inUse;
    this.limit = limit;
  }
}
