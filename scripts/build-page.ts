/**
 * Bundles src/page/browser/ with the library that draws its charts into one HTML text, which the command line fills with
 * data. `npm run build:page`
 */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const FOLDER = 'src/page/browser';
const TYPES = `/** A page whose one mark, a quoted comment with the word data, stands where its JSON goes. */
export const html: string;
`;

function writeWhole(path: string, content: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

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
  });
  return outputFiles[0]!.text.trimEnd();
}

const licence = readFileSync('node_modules/uplot/LICENSE', 'utf8').trim();
const script = await bundled(`${FOLDER}/page.ts`);
const [charts, own] = await Promise.all(['node_modules/uplot/dist/uPlot.min.css', `${FOLDER}/style.css`].map(bundled));
if (/<\/script|<!--/i.test(script)) throw new Error('build:page: the bundle would end its own script element');
const html = readFileSync(`${FOLDER}/page.html`, 'utf8')
  .replace('/*style*/', () => `${charts}${own}`)
  .replace('/*script*/', () => `/* uPlot: ${licence.replaceAll('*/', '')} */\n${script}`);
mkdirSync('dist', { recursive: true });
writeWhole('dist/page.inline.js', `export const html = ${JSON.stringify(html)};\n`);
writeWhole('dist/page.inline.d.ts', TYPES);
process.stdout.write(`page ${html.length} bytes\n`);
