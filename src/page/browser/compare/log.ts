/** The log: what happened in the runs and why, by run, kind and word. */

import type { CompareEvent, CompareRun } from '../../compareData.ts';
import { cell, fill, part, rowOf } from '../shared/dom.ts';
import { nameOf, type State } from './state.ts';

const FEW = 100;

let most = FEW;

interface Entry {
  readonly run: CompareRun;
  readonly event: CompareEvent;
}

const value = (id: string): string => part<HTMLSelectElement | HTMLInputElement>(id).value;

function wanted({ data }: State): Entry[] {
  const [place, kind, word] = [value('log-run'), value('log-kind'), value('log-word').toLowerCase()];
  const runs = place === '' ? data.runs : data.runs.slice(Number(place), Number(place) + 1);
  const entries = runs.flatMap((run) => run.events.map((event) => ({ run, event })));
  return entries.filter(({ event }) => {
    const text = `${event.path ?? ''} ${event.message}`.toLowerCase();
    return (kind === '' || event.kind === kind) && text.includes(word);
  });
}

function list(state: State): void {
  const entries = wanted(state);
  const rows = entries.slice(0, most).map(({ run, event }) => {
    const row = rowOf([
      cell(nameOf(run)),
      cell(String(event.epoch), 'td', true),
      cell(String(event.step), 'td', true),
      cell(event.kind),
      cell(event.path ?? ''),
      cell(event.message),
    ]);
    row.dataset.label = run.label;
    return row;
  });
  fill(
    'log',
    [
      ['run', false],
      ['epoch', true],
      ['step', true],
      ['what', false],
      ['weight', false],
      ['why', false],
    ],
    rows,
  );
  part('log-count').textContent = `${entries.length} ${entries.length === 1 ? 'line' : 'lines'}`;
  const more = part<HTMLButtonElement>('more-log');
  more.hidden = entries.length <= most;
  more.textContent = `show all ${entries.length}`;
}

export function startLog(state: State): void {
  const { runs } = state.data;
  const kinds = [...new Set(runs.flatMap(({ events }) => events.map(({ kind }) => kind)))];
  const withEvents = runs.map((run, k) => ({ run, k })).filter(({ run }) => run.events.length > 0);
  part('log-run').append(...withEvents.map(({ run, k }) => new Option(nameOf(run), String(k))));
  part('log-kind').append(...kinds.map((kind) => new Option(kind, kind)));
  part('events').hidden = withEvents.length === 0;
  const again = (): void => {
    most = FEW;
    list(state);
  };
  for (const id of ['log-run', 'log-kind', 'log-word']) part(id).oninput = again;
  part('more-log').onclick = () => {
    most = Number.POSITIVE_INFINITY;
    list(state);
  };
  again();
}
