/** The page of `rankwise compare --html`: what methods of training came to, how they got there, and beside what. */

import type { CompareData } from '../../compareData.ts';
import { whole } from '../../slim.ts';
import { make, part } from '../shared/dom.ts';
import { ACCURACY, curves, ERROR, LOSS, type Place } from './curves.ts';
import { factsOf } from './facts.ts';
import { follow } from './follow.ts';
import { swatch } from './looks.ts';
import { type Cost, scatter } from './scatter.ts';
import { counted, time } from './show.ts';
import { drawSpectra, startSpectra } from './spectra.ts';
import { stairs } from './stairs.ts';
import { startLog } from './log.ts';
import { lookOf, point, shown, type State, stateOf } from './state.ts';
import { table } from './table.ts';

const data = whole(JSON.parse(document.getElementById('data')!.textContent!) as CompareData);
const state: State = stateOf(data);

const SIZE: Cost = { measure: 'parameters', name: 'stored parameters', show: counted };
/** Seconds, minutes and hours that are round. */
const TIMES = [0.1, 0.2, 0.5, ...[1, 60, 3600].flatMap((unit) => [1, 2, 5, 10, 20, 30].map((k) => k * unit))];
const TIME: Cost = { measure: 'seconds', name: 'training time', show: time, ticks: TIMES };

/** Small charts of weights at first; the others come on demand. */
const FEW = 12;
let mostWeights = FEW;

const isOn = (id: string): boolean => part<HTMLInputElement>(id).checked;
const chosen = (name: string): string =>
  document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)!.value;

function drawStairs(): void {
  const seed = part<HTMLSelectElement>('stair-seed').value;
  const options = {
    where: chosen('stair-x') as 'epoch' | 'step',
    isLog: isOn('stair-log'),
    seed: seed === '' ? undefined : Number(seed),
    wanted: part<HTMLInputElement>('stair-word').value,
    most: mostWeights,
  };
  const count = stairs(part('stairs'), state, options);
  const more = part<HTMLButtonElement>('more-stairs');
  more.hidden = count <= mostWeights;
  more.textContent = `show all ${count}`;
}

function drawCurves(): void {
  const where = chosen('curve-x') as Place;
  const isLog = isOn('loss-log');
  curves(part('loss'), state, LOSS, where, isLog);
  curves(part('validation'), state, isLog ? ERROR : ACCURACY, where, isLog);
}

function drawCosts(): void {
  scatter(part('by-size'), state, SIZE, isOn('accuracy-log'));
  scatter(part('by-time'), state, TIME, isOn('accuracy-log'));
}

/** All that depends on which labels are shown. */
function render(): void {
  drawCosts();
  table(state, isOn('by-seed'));
  drawCurves();
  drawStairs();
}

/** A button for each label; a press shows or hides it everywhere. */
function legend(): void {
  const buttons = state.groups.map((group) => {
    const button = make('button', 'key', swatch(lookOf(state, group.label)) as Node, group.label);
    button.dataset.label = group.label;
    button.ariaPressed = String(state.visible.has(group.label));
    button.onclick = () => {
      if (!state.visible.delete(group.label)) state.visible.add(group.label);
      refresh();
    };
    button.onpointerenter = () => point(group.label);
    button.onpointerleave = () => point(undefined);
    return { button, isControl: group.isControl };
  });
  const side = (isControl: boolean): Node[] =>
    buttons.filter((one) => one.isControl === isControl).map((one) => one.button);
  part('methods').replaceChildren(...side(false));
  part('controls').replaceChildren(...side(true));
}

function refresh(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('.key')) {
    button.ariaPressed = String(state.visible.has(button.dataset.label!));
  }
  render();
}

/** Shows the labels of these kinds and no others. */
function showOnly(wanted: (isControl: boolean) => boolean): void {
  state.visible.clear();
  for (const { label, isControl } of state.groups) if (wanted(isControl)) state.visible.add(label);
  refresh();
}

function headline(): void {
  const seeds = new Set(data.runs.map(({ seed }) => seed)).size;
  document.title = `${data.title} - rankwise`;
  part('title').textContent = data.title;
  const count = `${state.groups.length} ${state.groups.length === 1 ? 'setting' : 'settings'}, ${data.runs.length} ${data.runs.length === 1 ? 'run' : 'runs'}`;
  const once = seeds > 1 ? '' : ' One seed: small differences may be chance.';
  part('about').textContent =
    `${data.model} on ${data.data}: ${count}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}.${once}`;
  part('by').textContent =
    `rankwise ${data.version}. Accuracies are of the last epoch on the test set, which chose nothing; spreads are standard deviations over seeds.`;
  const cards = factsOf(state.groups).map(({ title, value, text, label }) => {
    const card = make('div', 'card fact', make('h3', '', title), make('strong', '', value));
    if (label !== '') card.append(make('span', 'whose', swatch(lookOf(state, label)) as Node, label));
    card.append(make('p', '', text));
    return card;
  });
  part('facts').replaceChildren(...cards);
}

/** Errors that differ by much need a logarithmic axis to be told apart. */
function startScales(): void {
  const lacks = data.runs.map(({ testAccuracy }) => 1 - testAccuracy).filter((lack) => lack > 0);
  part<HTMLInputElement>('accuracy-log').checked = Math.max(...lacks) > 5 * Math.min(...lacks);
  const losses = data.runs.flatMap(({ epochs }) => epochs.map(({ loss }) => loss)).filter((loss) => loss > 0);
  part<HTMLInputElement>('loss-log').checked = Math.max(...losses) > 30 * Math.min(...losses);
  const seeds = [...new Set(data.runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  part('stair-seed').append(
    ...seeds.map((seed) => new Option(`seed ${seed}`, String(seed))),
    new Option('all seeds', ''),
  );
}

function listen(): void {
  // What scrolls can be reached by keys.
  for (const id of ['results-card', 'log-card']) part(id).tabIndex = 0;
  part('all').onclick = () => showOnly(() => true);
  part('only-methods').onclick = () => showOnly((isControl) => !isControl);
  part('only-controls').onclick = () => showOnly((isControl) => isControl);
  part('accuracy-log').onchange = drawCosts;
  part('by-seed').onchange = () => table(state, isOn('by-seed'));
  part('loss-log').onchange = drawCurves;
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name="curve-x"]')) input.onchange = drawCurves;
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name="stair-x"]')) input.onchange = drawStairs;
  for (const id of ['stair-log', 'stair-seed', 'stair-word']) part(id).oninput = drawStairs;
  part('more-stairs').onclick = () => {
    mostWeights = Number.POSITIVE_INFINITY;
    drawStairs();
  };
}

/** Canvases keep the colours that they were drawn in: they are drawn again for another scheme, size or paper. */
function redraw(): void {
  drawCosts();
  drawCurves();
  drawSpectra();
}

headline();
legend();
startScales();
listen();
startLog(state);
render();
startSpectra(state);
follow(redraw);
part('compared').hidden = shown(state).length === 0;
