/** What the parts of the page share: the groups, how they look, which are shown, and which one is pointed at. */

import type { CompareData, CompareRun } from '../../compareData.ts';
import { type Group, groupsOf } from './groups.ts';
import { type Look, looksOf } from './looks.ts';

export interface State {
  readonly data: CompareData;
  readonly groups: readonly Group[];
  readonly looks: ReadonlyMap<string, Look>;
  /** Labels that are shown. */
  readonly visible: Set<string>;
}

export function stateOf(data: CompareData): State {
  const groups = groupsOf(data.runs);
  return { data, groups, looks: looksOf(groups), visible: new Set(groups.map(({ label }) => label)) };
}

export const shown = ({ groups, visible }: State): Group[] => groups.filter(({ label }) => visible.has(label));

export const lookOf = ({ looks }: State, label: string): Look => looks.get(label)!;

/** Lets the drawings of one label stand out, or of none. */
export function point(label: string | undefined): void {
  for (const one of document.querySelectorAll<SVGElement | HTMLElement>('[data-label]')) {
    one.classList.toggle('dim', label !== undefined && one.dataset.label !== label);
    one.classList.toggle('hot', label !== undefined && one.dataset.label === label);
  }
}

/** Names of runs in lists. */
export const nameOf = ({ label, seed }: CompareRun): string => `${label}, seed ${seed}`;

const tip = (): HTMLElement => document.getElementById('tip')!;

/** Shows a text beside a place on the screen. */
export function tell(text: string, { x, y, width }: { x: number; y: number; width: number }): void {
  const box = tip();
  box.textContent = text;
  box.hidden = false;
  const { offsetWidth, offsetHeight } = box;
  const right = x + width + 14;
  box.style.left = `${right + offsetWidth < window.innerWidth ? right : Math.max(4, x - offsetWidth - 14)}px`;
  box.style.top = `${Math.max(4, Math.min(window.innerHeight - offsetHeight - 4, y - offsetHeight / 2))}px`;
}

export function hush(): void {
  tip().hidden = true;
}
