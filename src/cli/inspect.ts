/** `rankwise inspect`: what a file holds. Models show their layers, formats and ranks; other files their tensors. */

import { readSafetensors } from '../io/safetensors.ts';
import { readBytes } from '../node/files.ts';
import type { Offer } from '../page/data.ts';
import type { Forecast } from '../select/forecast.ts';
import { type Command, Exit, type Invocation, UsageError } from './command.ts';
import { showModel } from './inspectModel.ts';
import { pageOf } from './inspectPage.ts';
import { modelPath } from './model.ts';
import { grouped, printable, table } from './output.ts';
import { percent, size } from './report.ts';
import { forecastOf, type Survey, survey } from './survey.ts';
import { checkFree, chosen, MOST_BYTES, readTensors, written } from './tensors.ts';

export const inspect: Command = {
  name: 'inspect',
  about: 'what a model, .safetensors, .npz or .npy file holds, and what low-rank formats would make of it',
  words: 'FILE',
  wordCount: [1, 1],
  options: {
    tensor: { kind: 'text', value: 'NAME', about: 'only this tensor, however large' },
    html: { kind: 'text', value: 'FILE', about: 'write a page with charts that opens from disk' },
    force: { kind: 'flag', about: 'replace --html where it exists' },
    eps: { kind: 'text', value: 'E,E', about: 'relative errors to forecast for', fallback: '0.1,0.01,0.001' },
  },
  examples: [
    ['rankwise inspect run', 'layers, formats, ranks and costs of a trained model'],
    ['rankwise inspect weights.safetensors', 'spectra of every tensor, and ranks and sizes per format'],
    ['rankwise inspect weights.safetensors --html report.html', 'the same as a page with charts and a slider'],
    ['rankwise inspect array.npy --eps 0.05 --json', 'the same of one array, with all singular values'],
  ],
  async run(invocation) {
    const path = modelPath(invocation.words[0]!);
    if (path.endsWith('.safetensors')) {
      const bytes = await readBytes(path, MOST_BYTES);
      if (readSafetensors(bytes).metadata.has('rankwise')) return showModel(bytes, invocation);
    }
    return showTensors(path, invocation);
  },
};

async function showTensors(path: string, { values, output }: Invocation): Promise<number> {
  const eps = parseErrors(values.eps as string);
  const page = values.html as string | undefined;
  if (page !== undefined) await checkFree('inspect', '--html', page, values.force === true);
  const file = await readTensors(path);
  const wanted = chosen('inspect', file.tensors, values.tensor, () => true);
  const surveys: Survey[] = [];
  for (const [name, x] of wanted) {
    output.progress(`${printable(name)}, ${surveys.length + 1} of ${wanted.length}`);
    surveys.push(survey(name, x, { all: values.tensor !== undefined }));
  }
  if (page !== undefined) await written(page, new TextEncoder().encode(await pageOf(path, file.bytes, surveys)));
  output.result({
    file: path,
    bytes: file.bytes,
    metadata: Object.fromEntries(file.metadata),
    ...(page === undefined ? {} : { html: page }),
    tensors: surveys.map((one) => ({ ...one, formats: one.formats.map((offer) => offered(one, offer, eps)) })),
  });
  const rows = surveys.map((s) => [s.name, s.dtype, s.shape.join('x'), kindOf(s), size(s.bytes)]);
  for (const line of table(['tensor', 'dtype', 'shape', 'form', 'size'], rows)) output.line(line);
  for (const one of surveys) if (one.unfoldings.length > 0) for (const line of describe(one, eps)) output.line(line);
  if (page !== undefined) output.line(`written  ${page}`);
  return Exit.ok;
}

function kindOf({ form, skipped }: Survey): string {
  return form ?? (skipped === undefined ? 'dense' : `dense, skipped: ${skipped}`);
}

/** An offer with its forecasts, as --json has it. */
function offered(
  one: Survey,
  offer: Offer,
  eps: readonly number[],
): { format: string; modes: number[]; forecasts: (Forecast & { compression: number })[] } {
  const forecasts = eps.map((e) => {
    const found = forecastOf(one, offer, e);
    return { ...found, compression: one.parameters / found.parameters };
  });
  return { format: offer.format, modes: offer.net.open.map((label) => offer.modes[label]!), forecasts };
}

/** The spectra and forecasts of a tensor as lines. */
function describe(one: Survey, eps: readonly number[]): string[] {
  const { name, shape, parameters, unfoldings, formats } = one;
  const spectra = unfoldings.map(({ label, shape: [m, n], values }) => {
    const energy = values.reduce((sum, x) => sum + x * x, 0);
    let [sum, half, most] = [0, 0, 0];
    for (const x of values) {
      if (sum < 0.9 * energy) half++;
      if (sum < 0.99 * energy) most++;
      sum += x * x;
    }
    return [label, `${m}x${n}`, sparkline(values), values[0]!.toPrecision(4), String(half), String(most)];
  });
  const offers = formats
    .map((offer) => offered(one, offer, eps))
    .flatMap(({ format, modes, forecasts }) =>
      forecasts.map(({ eps: e, ranks, parameters: count, compression, error }) => [
        format,
        modes.join('x'),
        String(e),
        Object.values(ranks).join(','),
        grouped(count),
        `${compression.toFixed(2)}x`,
        error.toExponential(1),
      ]),
    );
  const headings = ['format', 'modes', 'eps', 'ranks', 'parameters', 'smaller', 'error at most'];
  return [
    '',
    `${printable(name)} [${shape.join(', ')}], ${grouped(parameters)} elements`,
    ...table(
      ['unfolding', 'matrix', 'singular values', 'largest', `for ${percent(0.9)}`, `for ${percent(0.99)}`],
      spectra,
    ),
    ...table(headings, offers),
  ];
}

/** Sixteen bars, the logarithms of singular values from the largest down to 1e-8 of it. */
function sparkline(values: readonly number[]): string {
  const bars = [...'▁▂▃▄▅▆▇█'];
  const count = Math.min(16, values.length);
  return Array.from({ length: count }, (_, k) => {
    const at = values[Math.floor((k * values.length) / count)]! / (values[0]! || 1);
    const height = at > 0 ? 1 + Math.log10(at) / 8 : 0;
    return bars[Math.max(0, Math.min(7, Math.floor(height * 8)))];
  }).join('');
}

/** '0.1,0.01'. Throws UsageError for what are no errors. */
export function parseErrors(text: string): number[] {
  const eps = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (eps.every((e) => e >= 0 && e <= 1)) return eps;
  throw new UsageError(`inspect: --eps is a list of numbers from 0 to 1; got '${text}'; write such as 0.1,0.01`);
}
