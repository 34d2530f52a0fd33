/**
 * Watches a run for divergence, and says from where to go on. A step diverges where its loss or gradients are not finite,
 * or where losses stay above a multiple of their moving average. Then the run goes back to an earlier state with half the
 * learning rate, and leaves out the batch that did it.
 */

import { DivergenceError } from '../errors.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import { Tensor } from '../tensor/tensor.ts';
import { mapTree, type Tree } from '../tree.ts';

export interface DivergencePolicy {
  /** A loss above this multiple of the moving average is high. Default 4. */
  readonly factor?: number;
  /** So many high losses in a row are a divergence. Default 5. */
  readonly patience?: number;
  /** Steps between the states that a run can go back to. Default 50. */
  readonly every?: number;
  /** Rollbacks before the run gives up. Default 3. */
  readonly most?: number;
}

/** What a guard remembers: plain numbers, part of every checkpoint. */
export interface GuardState {
  /** Factor on learning rates. */
  readonly rate: number;
  /** Moving average of the loss; 0 before the first step. */
  readonly average: number;
  /** Loss of the first step. */
  readonly first: number;
  /** High losses in a row. */
  readonly high: number;
  readonly rollbacks: number;
  /** Steps whose batches are left out. */
  readonly skipped: readonly number[];
}

export const freshGuard: GuardState = { rate: 1, average: 0, first: 0, high: 0, rollbacks: 0, skipped: [] };

/** A state of training in host memory, which no later step overwrites. */
export interface Restart {
  readonly params: unknown;
  readonly state: unknown;
  readonly step: number;
  readonly epochLoss: number;
}

/** Share of the old average that stays. */
const MEMORY = 0.98;
/** Losses below this share of the first one are never high: what is left of them is noise. */
const FLOOR = 0.01;

export class Guard {
  readonly #policy: Required<DivergencePolicy>;
  #restarts: Restart[] = [];
  state: GuardState;

  constructor({ factor = 4, patience = 5, every = 50, most = 3 }: DivergencePolicy, state: GuardState) {
    this.#policy = { factor, patience, every, most };
    this.state = state;
  }

  /** Copies the state where a restart is due. */
  remember(now: Restart): void {
    if (now.step % this.#policy.every !== 0 && this.#restarts.length > 0) return;
    if (this.#restarts.at(-1)?.step === now.step) return;
    const { params, state } = now;
    this.#restarts = [...this.#restarts.slice(-1), { ...now, params: copied(params), state: copied(state) }];
  }

  skips(step: number): boolean {
    return this.state.skipped.includes(step);
  }

  /** Takes note of a finite loss; true where training has diverged. */
  diverges(loss: number): boolean {
    const { factor, patience } = this.#policy;
    const { average, first } = this.state;
    if (average === 0) {
      this.state = { ...this.state, average: loss, first: Math.abs(loss) };
      return false;
    }
    if (loss > factor * average && loss > FLOOR * first) {
      this.state = { ...this.state, high: this.state.high + 1 };
      return this.state.high >= patience;
    }
    this.state = { ...this.state, average: MEMORY * average + (1 - MEMORY) * loss, high: 0 };
    return false;
  }

  /** Another phase of a method has begun: its losses are not compared with those before. */
  renew(): void {
    this.state = { ...this.state, average: 0, high: 0 };
  }

  /** Where to go on after the step `step` (from 0) has diverged. Throws DivergenceError after too many rollbacks. */
  restart(step: number, what: string, cause?: unknown): Restart {
    const { most, patience } = this.#policy;
    const { rollbacks, rate, skipped } = this.state;
    // A state inside the run of high losses may be lost already.
    const found = this.#restarts.filter((restart) => restart.step <= step - patience).at(-1) ?? this.#restarts[0];
    if (found === undefined || rollbacks >= most) {
      const remedy = 'lower the learning rate, or clip gradients';
      throw new DivergenceError('train', `training recovers within ${most} rollbacks`, what, remedy, { cause });
    }
    this.#restarts = [found];
    this.state = { ...this.state, rate: rate / 2, high: 0, rollbacks: rollbacks + 1, skipped: [...skipped, step] };
    return found;
  }
}

/** A copy of a tree whose tensors lie in host memory. */
export function copied<T>(tree: T): T {
  return mapTree<unknown, unknown, Tree<unknown>>(tree as Tree<unknown>, (leaf) =>
    leaf instanceof Tensor ? own(dataSync(leaf).slice(), leaf.shape) : leaf,
  ) as T;
}
