/**
 * Bundles the pages of src/page/browser/ into HTML texts, which the command line fills with data. `npm run build:page`
 * The library that draws charts is in the module once; each page holds it and its own script.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';

const FOLDER = 'src/page/browser';
const CHARTS = 'node_modules/uplot';
const TYPES = `/** Pages whose one mark, a quoted comment with the word data, stands where their JSON goes. */
export const html: string;
export const compareHtml: string;
`;

function writeWhole(path: string, content: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** Takes the library from the global variable that its own script makes. */
const shared: Plugin = {
  name: 'shared',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^uplot$/ }, () => ({ path: 'uplot', namespace: 'shared' }));
    onLoad({ filter: /.*/, namespace: 'shared' }, () => ({ contents: 'module.exports = uPlot' }));
  },
};

/** The text of a bundle, minified. */
async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    plugins: [shared],
  });
  return outputFiles[0]!.text.trimEnd();
}

const licence = readFileSync(`${CHARTS}/LICENSE`, 'utf8').trim().replaceAll('*/', '');
const library = readFileSync(`${CHARTS}/dist/uPlot.iife.min.js`, 'utf8')
  .replace(/^\/\*.*?\*\//s, '')
  .trim();
const charts = `/* uPlot: ${licence} */\n${library}\n`;
const style = (await Promise.all([`${CHARTS}/dist/uPlot.min.css`, `${FOLDER}/shared/style.css`].map(bundled))).join('');

/** An expression that makes a page of the parts that all share and its own. */
async function pageOf(name: string): Promise<{ code: string; bytes: number }> {
  const script = await bundled(`${FOLDER}/${name}/page.ts`);
  if (/<\/script|<!--/i.test(charts + script))
    throw new Error('build:page: the bundle would end its own script element');
  const own = existsSync(`${FOLDER}/${name}/style.css`) ? await bundled(`${FOLDER}/${name}/style.css`) : '';
  const html = readFileSync(`${FOLDER}/${name}/page.html`, 'utf8');
  const [head, middle, tail] = html.split(/\/\*(?:style|script)\*\//);
  const texts = [head!, own + middle!, script + tail!].map((text) => JSON.stringify(text));
  const code = `${texts[0]} + style + ${texts[1]} + charts + ${texts[2]}`;
  return { code, bytes: html.length + style.length + charts.length + own.length + script.length };
}

const [inspect, compare] = [await pageOf('inspect'), await pageOf('compare')];
const module = [
  `const style = ${JSON.stringify(style)};`,
  `const charts = ${JSON.stringify(charts)};`,
  `export const html = ${inspect.code};`,
  `export const compareHtml = ${compare.code};`,
];
mkdirSync('dist', { recursive: true });
writeWhole('dist/page.inline.js', `${module.join('\n')}\n`);
writeWhole('dist/page.inline.d.ts', TYPES);
process.stdout.write(`pages of ${inspect.bytes} and ${compare.bytes} bytes\n`);
