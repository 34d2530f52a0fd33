/**
 * The package brings nothing along and says why it is built with what. `npm run check:package`
 * No dependencies; dev packages pinned exactly, each with its reason in CONTRIBUTING.md; a lockfile that names no
 * registry; and after a build, every file that package.json offers.
 */

import { existsSync, readFileSync } from 'node:fs';
import { isMain, report } from './support/sources.ts';

type Names = Readonly<Record<string, string>>;

export interface Manifest {
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly files?: readonly string[];
  readonly [field: string]: unknown;
}

/** Packages that should not be there, are not pinned, or have no reason. */
export function checkPackages(manifest: Manifest, guide: string): string[] {
  const problems = Object.keys(manifest.dependencies ?? {}).map(
    (name) => `package.json: the package has no dependencies; got ${name}; make it a devDependency or write it`,
  );
  for (const [name, version] of Object.entries(manifest.devDependencies ?? {})) {
    if (!/^\d+\.\d+\.\d+$/.test(version)) {
      problems.push(`package.json: versions are exact; got ${name} ${version}; npm install --save-exact ${name}`);
    }
    if (!guide.includes(`\`${name}\``)) {
      problems.push(`CONTRIBUTING.md: every dev package has its reason; got none for ${name}; add a line to the list`);
    }
  }
  return problems;
}

/** Addresses in a lockfile: the registry is the reader's choice. */
export function checkLock(text: string): string[] {
  const count = text.split('"resolved"').length - 1;
  if (count === 0) return [];
  return [`package-lock.json: no addresses; got ${count}; npm install with the repository's .npmrc`];
}

/** Files that package.json offers and that do not exist. */
export function checkTargets(manifest: Manifest, exists: (path: string) => boolean = existsSync): string[] {
  const targets: string[] = [...(manifest.files ?? [])];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') targets.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  for (const field of ['exports', 'imports', 'bin']) collect(manifest[field]);
  const missing = targets.filter((path) => !exists(path));
  return missing.map((path) => `package.json: what it offers exists; got ${path}; npm run build, or correct the path`);
}

if (isMain(import.meta.url)) {
  const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const problems = [
    ...checkPackages(manifest, readFileSync('CONTRIBUTING.md', 'utf8')),
    ...checkLock(readFileSync('package-lock.json', 'utf8')),
    ...(existsSync('dist/index.js') ? checkTargets(manifest) : []),
  ];
  report('check:package', problems, 'no dependencies, every dev package pinned and explained');
}
