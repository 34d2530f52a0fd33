/**
 * The documents keep their word: relative links lead to files, `npm run` commands exist, and the ts snippets of the
 * README type-check against the sources. `npm run check:docs`
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { isMain, report } from './support/sources.ts';

/** Relative links of a document that lead nowhere. */
export function checkLinks(path: string, text: string, exists: (path: string) => boolean = existsSync): string[] {
  const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
  const local = links.filter((target) => !/^[a-z]+:/.test(target));
  const dead = local.filter((target) => !exists(join(dirname(path), target)));
  return dead.map((target) => `${path}: a link leads to a file; got ${target}; correct or remove it`);
}

/** Commands of a document that package.json does not have. */
export function checkCommands(path: string, text: string, scripts: Readonly<Record<string, string>>): string[] {
  const names = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name!);
  const dead = [...new Set(names)].filter((name) => scripts[name] === undefined);
  return dead.map((name) => `${path}: npm run names a script; got ${name}; correct it or add the script`);
}

/** The ts snippets of a document, each with the blank lines that keep its line numbers. */
export function snippetsOf(text: string): string[] {
  const snippets: string[] = [];
  for (const match of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const above = text.slice(0, match.index).split('\n').length;
    snippets.push('\n'.repeat(above) + match[1]);
  }
  return snippets;
}

/** What tsc says about the snippets of a document; 'rankwise' is src/index.ts, and its subpaths are the files of their names. */
export function checkSnippets(path: string, text: string): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    'tsconfig.json',
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} },
  );
  const options: ts.CompilerOptions = {
    ...config?.options,
    noUnusedLocals: false,
    isolatedDeclarations: false,
    declaration: false,
    paths: {
      rankwise: ['./src/index.ts'],
      'rankwise/node': ['./src/node.ts'],
      'rankwise/linalg': ['./src/linalg.ts'],
      'rankwise/testing': ['./src/testing.ts'],
    },
  };
  const files = new Map(snippetsOf(text).map((code, k) => [resolve(`${path}.${k + 1}.mts`), `${code}\nexport {};\n`]));
  if (files.size === 0) return [];
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(resolve(name)) || fileExists(name);
  host.readFile = (name) => files.get(resolve(name)) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const code = files.get(resolve(name));
    return code === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, code, rest[0]);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const sources = [...files.keys()].map((name) => program.getSourceFile(name)!);
  const diagnostics = sources.flatMap((source) => ts.getPreEmitDiagnostics(program, source));
  return diagnostics.map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${path}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

if (isMain(import.meta.url)) {
  const documents = readdirSync('.').filter((name) => name.endsWith('.md'));
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const problems = documents.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    return [...checkLinks(path, text), ...checkCommands(path, text, scripts), ...checkSnippets(path, text)];
  });
  report('check:docs', problems, `${documents.length} documents keep their word`);
}
