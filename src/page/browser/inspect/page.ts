/** The page of `rankwise inspect --html`: tensors, their spectra, and what low-rank formats make of them. */

import type { PageData, PageTensor } from '../../data.ts';
import { cell, fill, grouped, part, rowOf } from '../shared/dom.ts';
import { draw, type Line } from '../shared/plot.ts';
import { choiceOf, choicesOf, GRID, smallest } from './forecasts.ts';

const data = JSON.parse(document.getElementById('data')!.textContent!) as PageData;

const percent = (share: number): string => `${(100 * share).toPrecision(3)} %`;

/** The tensor that is described: at first the largest that has a spectrum. */
let chosen: PageTensor = data.tensors.reduce((best, tensor) => {
  const [now, then] = [tensor, best].map(({ formats, parameters }) => (formats.length > 0 ? parameters : 0));
  return now! > then! ? tensor : best;
});

/** The error that the slider stands at: tenths of a decade from 1 down. */
const eps = (): number => Number((10 ** (-Number(part<HTMLInputElement>('eps').value) / 10)).toPrecision(2));

function listTensors(): void {
  const wanted = part<HTMLInputElement>('search').value.toLowerCase();
  const rows = data.tensors
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map((tensor) => {
      const { name, dtype, shape, parameters, form } = tensor;
      const best = choicesOf(tensor, eps())[0];
      const saves = best !== undefined && best.parameters < parameters;
      const bar = document.createElement('td');
      const share = bar.appendChild(document.createElement('div'));
      share.className = 'share';
      share.style.width = `${100 * Math.sqrt(parameters / Math.max(...data.tensors.map((t) => t.parameters)))}%`;
      const row = rowOf([
        cell(name),
        cell(`${dtype} ${shape.join('x')}`),
        cell(grouped(parameters), 'td', true),
        bar,
        cell(form ?? (saves ? `${best.format}, ${(parameters / best.parameters).toFixed(1)}x` : 'dense')),
      ]);
      row.tabIndex = 0;
      row.ariaSelected = String(tensor === chosen);
      const choose = (): void => {
        chosen = tensor;
        render();
      };
      row.onclick = choose;
      row.onkeydown = ({ key }) => {
        if (key === 'Enter' || key === ' ') choose();
      };
      return row;
    });
  fill(
    'tensors',
    [
      ['tensor', false],
      ['shape', false],
      ['parameters', true],
      ['', false],
      ['smallest', false],
    ],
    rows,
  );
}

function describe(): void {
  part('name').textContent = `${chosen.name} [${chosen.shape.join(', ')}]`;
  const none =
    chosen.skipped === undefined
      ? 'It has fewer than two modes, is not floating point, or is low-rank already.'
      : `Skipped: ${chosen.skipped}.`;
  part('why').textContent = chosen.formats.length > 0 ? '' : none;
  const rows = choicesOf(chosen, eps()).map(({ format, ranks, parameters, error }, k) => {
    const row = rowOf([
      cell(format),
      cell(Object.values(ranks).join(' ')),
      cell(grouped(parameters), 'td', true),
      cell(`${(chosen.parameters / parameters).toFixed(2)}x`, 'td', true),
      cell(error.toExponential(1), 'td', true),
    ]);
    if (k === 0) row.className = 'best';
    return row;
  });
  fill(
    'formats',
    [
      ['format', false],
      ['ranks', false],
      ['parameters', true],
      ['smaller', true],
      ['error at most', true],
    ],
    rows,
  );
}

/** Singular values relative to the largest of each unfolding, down to 1e-16 of it. */
function spectraOf({ unfoldings }: PageTensor): Line[] {
  return unfoldings.map(({ label, values }) => {
    const kept = values.filter((s) => s > 1e-16 * values[0]!);
    return { name: label, x: kept.map((_, k) => k + 1), y: kept.map((s) => s / values[0]!) };
  });
}

function drawCharts(): void {
  draw(
    part('spectra'),
    spectraOf(chosen),
    { label: 'index', log: false, whole: true },
    { label: 'relative to the largest', log: true },
  );
  const sizes = chosen.formats.map((offer) => {
    const points = GRID.map((e) => choiceOf(chosen, offer, e)).filter(({ error }) => error > 0);
    // Several errors may need one size; the first, the largest error, would be a worse claim than the last.
    const bySize = new Map(points.map(({ parameters, error }) => [parameters / chosen.parameters, error]));
    return { name: offer.format, x: [...bySize.keys()], y: [...bySize.values()] };
  });
  draw(part('tradeoff'), sizes, { label: 'share of the parameters', log: true }, { label: 'error at most', log: true });
}

function renderNumbers(): void {
  const { parameters, before } = smallest(data, eps());
  part('shown').textContent = `error ${eps()}`;
  part('total').textContent =
    `${grouped(parameters)} of ${grouped(before)} parameters, ${percent(parameters / Math.max(1, before))}, where each tensor takes its smallest format`;
  listTensors();
  describe();
}

function render(): void {
  renderNumbers();
  drawCharts();
}

document.title = `${data.file} - rankwise`;
part('file').textContent = data.file;
part('about').textContent = `${data.tensors.length} tensors, ${grouped(data.bytes)} bytes`;
part('by').textContent = `rankwise ${data.version}. Errors are bounds in the Frobenius norm, relative to the tensor.`;
part('eps').oninput = renderNumbers;
part('search').oninput = listTensors;
window.onresize = drawCharts;
matchMedia('(prefers-color-scheme: dark)').onchange = drawCharts;
render();
