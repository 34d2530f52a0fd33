/**
 * A change of ranks as a transaction: the loss of a probe batch is measured before and after, and what loses too much is
 * undone. Nothing that was there before is overwritten, so undoing is keeping it.
 */

import type { Params } from '../nn/module.ts';
import { unrecorded } from '../tensor/scope.ts';
import { item } from '../tensor/read.ts';
import type { Batch, Task, TrainEvent } from './method.ts';

export interface Transaction<S> {
  readonly task: Task;
  /** What the loss is probed with. */
  readonly batch: Batch;
  readonly params: Params;
  readonly state: S;
  /** What the loss sees of parameters; default they themselves. */
  readonly view?: (params: Params, state: S) => Params;
  /** The proposed change. It must not overwrite what it is given. */
  readonly change: () => { readonly params: Params; readonly state: S; readonly events: readonly TrainEvent[] };
  /** The loss may grow to (1 + tolerance) times what it was, plus the tolerance. */
  readonly tolerance: number;
}

export interface Outcome<S> {
  readonly params: Params;
  readonly state: S;
  readonly events: readonly TrainEvent[];
  readonly isCommitted: boolean;
  /** Losses of the probe. */
  readonly before: number;
  readonly after: number;
}

/** The first batch of all the data: what changes are probed with. */
export function firstOf(task: Task): Batch {
  for (const batch of task.data()) return batch;
  throw new Error('a task has data');
}

/** Commits the change, or gives back what was, with an event of kind 'rollback'. A host read. */
export function transact<S>(transaction: Transaction<S>): Outcome<S> {
  const { task, batch, params, state, change, tolerance, view = (seen) => seen } = transaction;
  const probe = (seen: Params): number =>
    unrecorded(() => item(task.loss(seen, batch, { training: false, key: task.key, path: '', updates: new Map() })));
  const before = probe(view(params, state));
  const changed = change();
  const after = probe(view(changed.params, changed.state));
  if (after <= (1 + tolerance) * before + tolerance) return { ...changed, isCommitted: true, before, after };
  const message = `a change of ranks took the loss from ${before.toPrecision(3)} to ${after.toPrecision(3)}: undone`;
  return { params, state, events: [{ kind: 'rollback', message }], isCommitted: false, before, after };
}
