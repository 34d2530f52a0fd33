/** Numbers that change from step to step, in memory where kernels find them. */

import { backend } from '../backend/current.ts';
import type { Operand } from '../backend/backend.ts';
import { BackendError } from '../errors.ts';
import type { DataArray } from '../dtype.ts';
import { dtypeOf } from '../dtype.ts';
import { adopt, inScope } from '../tensor/scope.ts';
import { Storage } from '../tensor/storage.ts';

/** An f64 operand with these values; it lives as long as the current scope. Throws BackendError outside scopes. */
export function slots(values: readonly number[]): Operand {
  return resident('slots', Float64Array.from(values));
}

/** As slots(), for i32 words. */
export function words(values: readonly number[]): Operand {
  return resident('words', Int32Array.from(values));
}

function resident(op: string, values: DataArray): Operand {
  if (!inScope()) throw new BackendError(op, 'operands live in a scope', 'none', 'call it inside scope()');
  const storage = Storage.resident(dtypeOf(values)!, values.length, op, [values.length]);
  adopt(storage);
  const operand = storage.operand(0);
  backend().write(operand, values);
  return operand;
}
