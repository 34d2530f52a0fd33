/** The report of comparisons in a browser: it opens without an error, answers its controls, and shows texts as texts. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparePage } from '../../src/cli/comparePage.ts';
import type { CompareData } from '../../src/page/compareData.ts';
import type { Seen } from '../../test/runtimes/hosts/reports.ts';
import { comparison, hostileComparison, PLANS } from '../../test/support/comparisons.ts';
import { bundle } from './bundle.ts';
import { html, openPage } from './chromium.ts';
import { temporary } from './programs.ts';
import type { Tally } from './tally.ts';

/** Small charts, and lines of the log, that a page shows until more are asked for. */
const FEW = 12;
const LINES = 100;

const MANY = Object.fromEntries(Array.from({ length: 50 }, (_, k) => [`blocks.${k}.weight`, 12 + k]));

const PAGES: Readonly<Record<string, CompareData>> = {
  'all.html': comparison(),
  'one.html': comparison({ plans: PLANS.slice(0, 1), seeds: 1, epochs: 1 }),
  'many.html': comparison({ plans: PLANS.slice(0, 3), weights: MANY, epochs: 9 }),
  'empty.html': comparison({ epochs: 0 }),
  'none.html': { ...comparison(), runs: [] },
  'hostile.html': hostileComparison(),
};

/** What a page of this data shows. */
function expected({ runs }: CompareData): Record<string, number> {
  const labels = (of: typeof runs): number => new Set(of.map(({ label }) => label)).size;
  const epochs = runs.flatMap((run) => run.epochs);
  const weights = new Set(epochs.flatMap(({ ranks }) => Object.keys(ranks))).size;
  const spectra = runs.find((run) => run.epochs.some((epoch) => epoch.spectra !== undefined))?.epochs[0]?.spectra;
  const bonds = Object.values(spectra ?? {}).flatMap((of) => Object.keys(of)).length;
  const events = runs.flatMap((run) => run.events);
  const rollbacks = events.filter(({ kind }) => kind === 'rollback').length;
  return {
    'scripts that ended': 1,
    points: 2 * labels(runs),
    rows: labels(runs),
    curves: epochs.length > 0 ? 2 : 0,
    weights: Math.min(FEW, weights),
    maps: Math.min(FEW, bonds),
    events: Math.min(LINES, events.length),
    'rows by run': runs.length,
    'rows sorted': runs.length,
    'points of controls': labels(runs.filter(({ isControl }) => isControl)),
    'points of methods': labels(runs.filter(({ isControl }) => !isControl)),
    // A page of no kind of that name stays at the list of all.
    rollbacks: rollbacks > 0 ? rollbacks : Math.min(LINES, events.length),
    'names told': runs.length > 0 ? 1 : 0,
  };
}

function problemsOf(data: CompareData, { errors, title, counts, strangers }: Seen): string[] {
  const wanted = expected(data);
  const wrong = Object.keys(wanted).filter((what) => counts[what] !== wanted[what]);
  return [
    ...errors,
    ...wrong.map((what) => `${what}: ${wanted[what]}; got ${counts[what]}`),
    ...(strangers > 0 ? [`${strangers} elements came from texts`] : []),
    ...(title === `${data.title} - rankwise`.replace(/[\t\n\f\r ]+/g, ' ').trim() ? [] : [`its title: ${title}`]),
  ];
}

/** Opens reports of many and few runs, of none, and of hostile names. */
export async function testReports(tally: Tally, name: string, command: readonly string[]): Promise<void> {
  const folder = temporary('reports');
  await bundle('test/runtimes/hosts/reports.ts', folder, 'reports');
  const pages = Object.entries(PAGES).map(([file, data]) => [file, comparePage(data)] as const);
  const files = new Map([
    ['walk.html', html('reports.js')],
    ['reports.js', readFileSync(join(folder, 'reports.js'), 'utf8')],
    ...pages,
  ]);
  const open = `walk.html?${pages.map(([file]) => `page=${file}`).join('&')}`;
  const all = await openPage<Record<string, Seen>>(command, { files, open });
  for (const [file, data] of Object.entries(PAGES)) {
    tally.check(`${name}: report ${file}`, problemsOf(data, all[file]!));
  }
}
