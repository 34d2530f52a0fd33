/** The table of results: a row a label with means and spreads over seeds, or a row a run; sorted by any column. */

import { make, part } from '../shared/dom.ts';
import { bestOf, type Group, type Measure, measure, ranksOf } from './groups.ts';
import { swatch } from './looks.ts';
import { counted, fixed, mebibytes, percentOf, short, time } from './show.ts';
import { lookOf, type State, shown } from './state.ts';

interface Column {
  readonly name: string;
  readonly about?: string;
  /** The value that rows are sorted by. */
  readonly key: (group: Group) => number | string;
  readonly show?: (group: Group) => string;
  readonly isText?: boolean;
}

function numeric(name: string, what: Measure, show: (value: number) => string, about?: string): Column {
  const key = (group: Group): number => measure(group, what).mean;
  return { name, about, key, show: (group) => (Number.isFinite(key(group)) ? show(key(group)) : '–') };
}

function spread(name: string, what: Measure, show: (value: number) => string, digits: number, scale: number): Column {
  const about = 'mean and standard deviation over seeds';
  const text = (group: Group): string => {
    const { mean, spread: by, count } = measure(group, what);
    return `${show(mean)}${count > 1 ? ` ± ${fixed(scale * by, digits)}` : ''}`;
  };
  return { name, about, key: (group) => measure(group, what).mean, show: text };
}

/** The columns; those of quantities that no run has are left out. */
function columnsOf({ data }: State): Column[] {
  const has = (what: Measure): boolean => data.runs.some((run) => typeof run[what] === 'number');
  return [
    { name: 'method', key: ({ label }) => label, isText: true },
    { name: 'format', key: ({ format }) => format, show: ({ format }) => format, isText: true },
    spread('accuracy', 'testAccuracy', percentOf, 2, 100),
    ...(has('auc') ? [spread('AUC', 'auc', (value) => fixed(value, 4), 4, 1)] : []),
    ...(has('testLoss') ? [numeric('test loss', 'testLoss', (value) => fixed(value, 4))] : []),
    ...(has('calibrationError')
      ? [numeric('calibration', 'calibrationError', (value) => fixed(value, 4), 'expected calibration error')]
      : []),
    numeric('parameters', 'parameters', (value) => Math.round(value).toLocaleString('en'), 'stored scalars'),
    numeric('smaller', 'compression', (value) => `${fixed(value, 1)}x`, 'dense parameters over stored'),
    numeric('FLOPs', 'flops', counted, 'of one example, forwards'),
    numeric('epoch', 'epochSeconds', time, 'time of an epoch'),
    numeric('total', 'seconds', time, 'time of the whole run'),
    numeric('memory', 'peakBytes', mebibytes, 'peak'),
  ];
}

let sorted = { name: 'accuracy', isDown: true };

/** Order of two rows; those without a value come last either way. */
function compare(a: Group, b: Group, { key }: Column): number {
  const [left, right] = [key(a), key(b)];
  const sign = sorted.isDown ? -1 : 1;
  if (typeof left === 'string' || typeof right === 'string') {
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  }
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return sign * (left - right);
}

function headOf(columns: readonly Column[], again: () => void): HTMLTableRowElement {
  const row = make('tr');
  for (const column of columns) {
    const head = make('th', column.isText === true ? '' : 'number');
    const isSorted = sorted.name === column.name;
    head.ariaSort = isSorted ? (sorted.isDown ? 'descending' : 'ascending') : 'none';
    head.scope = 'col';
    const button = make('button', 'sort', `${column.name}${isSorted ? (sorted.isDown ? ' ↓' : ' ↑') : ''}`);
    button.title = `${column.about ?? column.name}: sort`;
    button.onclick = () => {
      sorted = { name: column.name, isDown: isSorted ? !sorted.isDown : column.isText !== true };
      again();
      part('results').querySelectorAll<HTMLButtonElement>('.sort')[columns.indexOf(column)]!.focus();
    };
    head.append(button);
    row.append(head);
  }
  row.append(make('th', '', 'ranks'));
  return row;
}

/** Ranks of few weights as they are; of many behind a summary. */
function ranksCell(group: Group): HTMLTableCellElement {
  const all = ranksOf(group);
  const lines = all.map(({ path, text }) => make('div', 'rank', make('span', 'rank-path', path), ` ${text}`));
  if (all.length === 0) return make('td', '', '–');
  if (all.length === 1) return make('td', '', ...lines);
  const numbers = group.runs.flatMap(({ ranks }) => Object.values(ranks).flatMap((bonds) => Object.values(bonds)));
  const summary = make(
    'summary',
    '',
    `${all.length} weights, ${short(Math.min(...numbers))}–${short(Math.max(...numbers))}`,
  );
  return make('td', '', make('details', '', summary, ...lines));
}

function rowFor(
  state: State,
  group: Group,
  columns: readonly Column[],
  isBest: boolean,
  seed?: number,
): HTMLTableRowElement {
  const row = make('tr', `${group.isControl ? 'control' : ''}${isBest ? ' best' : ''}`.trim());
  row.dataset.label = group.label;
  const who = make('div', 'who', swatch(lookOf(state, group.label)) as Node, make('span', '', group.label));
  if (seed !== undefined) who.append(make('small', '', `seed ${seed}`));
  else if (group.isControl) who.append(make('small', '', 'control'));
  if (isBest) {
    const star = make('span', 'star', '★');
    star.title = 'on the front of accuracy and parameters';
    star.setAttribute('aria-label', star.title);
    star.role = 'img';
    who.append(star);
  }
  const head = make('th', 'first', who);
  head.scope = 'row';
  row.append(head);
  for (const column of columns.slice(1))
    row.append(make('td', column.isText === true ? '' : 'number', column.show!(group)));
  row.append(ranksCell(group));
  return row;
}

export function table(state: State, bySeed: boolean): void {
  const columns = columnsOf(state);
  const groups = shown(state);
  const best = bySeed ? [] : bestOf(groups, 'parameters');
  const rows = bySeed ? groups.flatMap((group) => group.runs.map((run) => ({ ...group, runs: [run] }))) : groups;
  const column = columns.find(({ name }) => name === sorted.name)!;
  const order = [...rows].sort((a, b) => compare(a, b, column));
  const [head, body] = [make('thead'), make('tbody')];
  head.append(headOf(columns, () => table(state, bySeed)));
  body.append(
    ...order.map((group) =>
      rowFor(state, group, columns, best.includes(group), bySeed ? group.runs[0]!.seed : undefined),
    ),
  );
  const into = part<HTMLTableElement>('results');
  into.replaceChildren(into.caption!, head, body);
}
