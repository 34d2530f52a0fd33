/** The part of the page about singular values: a run, small maps of all its bonds, one large, and a slider of epochs. */

import type { CompareRun } from '../../compareData.ts';
import { make, part } from '../shared/dom.ts';
import { draw } from '../shared/plot.ts';
import { type Band, bandsOf, describe, paint, valuesOf } from './heat.ts';
import { short } from './show.ts';
import { nameOf, type State } from './state.ts';

/** Small maps at first; the others come on demand. */
const FEW = 12;

let bands: readonly Band[] = [];
let chosen = 0;
let most = FEW;

const slider = (): HTMLInputElement => part('spectrum-epoch');
const title = ({ path, bond }: Band): string => `${path} · ${bond}`;

function small(): void {
  const into = part('maps');
  const maps = bands.slice(0, most).map((band, k) => {
    const canvas = make('canvas', 'map');
    const button = make('button', 'mapped', canvas, make('span', 'map-name', title(band)));
    button.ariaPressed = String(k === chosen);
    button.setAttribute('aria-label', describe(band));
    button.onclick = () => {
      chosen = k;
      for (const [place, other] of [...into.children].entries()) other.ariaPressed = String(place === k);
      large();
    };
    return { button, canvas, band };
  });
  into.replaceChildren(...maps.map(({ button }) => button));
  for (const { canvas, band } of maps) paint(canvas, band);
  const more = part<HTMLButtonElement>('more-maps');
  more.hidden = bands.length <= most;
  more.textContent = `show all ${bands.length}`;
}

/** The map that is chosen and the curve of one epoch. */
function large(): void {
  const band = bands[chosen];
  part('spectrum').hidden = band === undefined;
  if (band === undefined) return;
  const last = band.epochs.length - 1;
  slider().max = String(last);
  const place = Math.min(last, Number(slider().value));
  const epoch = band.epochs[place]!;
  const canvas = part<HTMLCanvasElement>('map');
  canvas.setAttribute('aria-label', describe(band));
  paint(canvas, band, place);
  part('map-name').textContent = title(band);
  const deep = Math.max(1, ...band.epochs.map((one) => valuesOf(band, one).length));
  part('map-deep').textContent = String(deep);
  part('map-last').textContent = `epoch ${band.epochs[last]!.epoch}`;
  part('map-first').textContent = `epoch ${band.epochs[0]!.epoch}`;
  const values = valuesOf(band, epoch);
  const rank = epoch.ranks[band.path]?.[band.bond];
  part('epoch-shown').textContent = `epoch ${epoch.epoch}${rank === undefined ? '' : `, rank ${rank}`}`;
  slider().setAttribute('aria-valuetext', `epoch ${epoch.epoch}`);
  const curve = part('spectrum-curve');
  curve.setAttribute(
    'aria-label',
    `Singular values after epoch ${epoch.epoch}: ${values.slice(0, 16).map(short).join(', ')}${values.length > 16 ? ', …' : ''}`,
  );
  const shares = values.map((value) => (value > 0 ? value / values[0]! : null));
  const line = { name: `epoch ${epoch.epoch}`, x: values.map((_, k) => k + 1), y: shares };
  const first = valuesOf(band, band.epochs[0]!);
  const before = {
    name: 'first epoch',
    x: first.map((_, k) => k + 1),
    y: first.map((v) => (v > 0 ? v / first[0]! : null)),
    color: '--soft',
    dash: [3, 3],
    width: 1.5,
  };
  draw(
    curve,
    [line, before],
    { label: 'index', log: false, whole: true },
    { label: 'relative to the largest', log: true },
    { height: 250 },
  );
}

/** Fills the list of runs that have spectra. */
export function startSpectra({ data }: State): void {
  const runs = data.runs.filter(({ epochs }) => epochs.some(({ spectra }) => Object.keys(spectra ?? {}).length > 0));
  const list = part<HTMLSelectElement>('spectrum-run');
  list.replaceChildren(...runs.map((run, k) => new Option(nameOf(run), String(k))));
  part('spectra').hidden = runs.length === 0;
  const choose = (run: CompareRun | undefined): void => {
    bands = run === undefined ? [] : bandsOf(run);
    const sizes = bands.map((band) => Math.max(...band.epochs.map((epoch) => valuesOf(band, epoch).length)));
    [chosen, most] = [Math.max(0, sizes.slice(0, FEW).indexOf(Math.max(...sizes.slice(0, FEW)))), FEW];
    slider().max = String(Math.max(0, ...bands.map(({ epochs }) => epochs.length - 1)));
    slider().value = slider().max;
    drawSpectra();
  };
  list.onchange = () => choose(runs[Number(list.value)]);
  slider().oninput = large;
  part('more-maps').onclick = () => {
    most = bands.length;
    small();
  };
  choose(runs[0]);
}

export function drawSpectra(): void {
  small();
  large();
}
