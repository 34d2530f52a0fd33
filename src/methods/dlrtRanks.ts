/** What a run has told of its ranks: an event when a rank has moved by much since, or at all at the end of an epoch. */

import { ranksOf } from '../formats/network.ts';
import { stateKey } from '../optim/step.ts';
import type { DescentState } from './descent.ts';
import type { Place } from './dlrtTree.ts';
import type { Velocity } from './dlrtVelocity.ts';
import type { TrainEvent } from './method.ts';

/** Ranks by bond, by weight with '/' for '.'. */
export type Told = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What descent has, the ranks before bases were widened last, those that were told, and how bases turn. */
export type DlrtState = DescentState & { readonly before?: Told; readonly told?: Told; readonly velocity?: Velocity };

/** The ranks as they are now. */
export function toldOf(places: readonly Pick<Place, 'path' | 'node'>[]): Told {
  return Object.fromEntries(places.map(({ path, node }) => [stateKey(path), ranksOf(node)]));
}

/** Within an epoch a rank is told anew when it has moved by a quarter and by two at least: ranks at the threshold jitter. */
const MUCH = 0.25;

/** Events of the weights whose ranks have moved, by much or at all, and what is told after them. */
export function tellRanks(
  places: readonly Pick<Place, 'path' | 'node'>[],
  told: Told,
  isEnd: boolean,
): { told: Told; events: TrainEvent[] } {
  const next: Record<string, Readonly<Record<string, number>>> = { ...told };
  const events = places.flatMap(({ path, node }): TrainEvent[] => {
    // A copy: what comes from a file has no prototype.
    const from = { ...told[stateKey(path)] };
    const to = ranksOf(node);
    const isTold = Object.entries(to).some(([bond, r]) => {
      const by = Math.abs(r - (from[bond] ?? 0));
      return isEnd ? by > 0 : by >= Math.max(2, MUCH * (from[bond] ?? 0));
    });
    if (!isTold) return [];
    next[stateKey(path)] = to;
    const bonds = Object.keys(to).filter((bond) => from[bond] !== to[bond]);
    const moves = bonds.map((bond) => `${bond} ${from[bond] ?? 0} to ${to[bond]}`).join(', ');
    return [{ kind: 'rank', path, from, to, message: `${path}: ranks ${moves}` }];
  });
  return { told: next, events };
}
