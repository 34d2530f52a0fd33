/**
 * The package brings nothing along and says why it is built with what. `npm run check:package`
 * No dependencies, only optional peers; dev packages pinned exactly, each with its reason in CONTRIBUTING.md; a lockfile
 * that names no registry; and after a build, every file that package.json offers, in a tarball of what belongs there and
 * no more.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { isMain, report } from './support/sources.ts';

type Names = Readonly<Record<string, string>>;

export interface Manifest {
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly files?: readonly string[];
  readonly [field: string]: unknown;
}

/** Packages that should not be there, are not pinned, or have no reason. */
export function checkPackages(manifest: Manifest, guide: string): string[] {
  const problems = Object.keys(manifest.dependencies ?? {}).map(
    (name) => `package.json: the package has no dependencies; got ${name}; make it a devDependency or write it`,
  );
  for (const name of Object.keys(manifest.peerDependencies ?? {})) {
    if (manifest.peerDependenciesMeta?.[name]?.optional !== true) {
      problems.push(`package.json: a peer is optional, for one subpath; got ${name}; say so in peerDependenciesMeta`);
    }
    if (manifest.devDependencies?.[name] === undefined) {
      problems.push(`package.json: a peer is tested with; got ${name}; add it to devDependencies`);
    }
  }
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

/** Bytes of the tarball, raised from 400,000 by the mathematics, and of the embedded digits in it. */
const TARBALL_BYTES = 840_000;
const DIGITS_BYTES = 50_000;
const DIGITS = 'dist/io/digitsData.js';

/** What the package holds besides dist/: all of it, and nothing else. */
const ROOT_FILES = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

/** What dist/ holds that no source file of its own stands behind. */
const COMPILED = /^dist\/(?:kernels\.wasm|page\.inline\.(?:js|d\.ts)|wasm\.(?:inline|module)\.(?:js|d\.ts))$/;

export interface Packed {
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Files that a tarball lacks or should not hold, and sizes beyond their budgets. */
export function checkTarball(
  { size, files }: Packed,
  digits: number,
  exists: (path: string) => boolean = existsSync,
): string[] {
  const paths = files.map(({ path }) => path);
  const missing = ROOT_FILES.filter((path) => !paths.includes(path));
  const problems = missing.map((path) => `tarball: it holds ${path}; got none; write it`);
  for (const path of paths) {
    const source = path.replace(/^dist\/(.*?)(?:\.d\.ts|\.js)$/, 'src/$1.ts');
    if (ROOT_FILES.includes(path) || COMPILED.test(path) || (source !== path && exists(source))) continue;
    problems.push(`tarball: a file of dist/ is built from src/; got ${path}; remove dist/ and build again`);
  }
  if (size > TARBALL_BYTES) {
    problems.push(`tarball: at most ${TARBALL_BYTES} bytes; got ${size}; find what came in with npm pack --dry-run`);
  }
  if (digits > DIGITS_BYTES) {
    problems.push(`tarball: the digits take at most ${DIGITS_BYTES} bytes; got ${digits}; pack them closer`);
  }
  return problems;
}

/** The tarball of now, as npm would make it. */
function checkPacked(): string[] {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(text) as [Packed];
  process.stdout.write(`tarball: ${packed.size} bytes, ${packed.files.length} files\n`);
  return checkTarball(packed, gzipSync(readFileSync(DIGITS), { level: 9 }).length);
}

if (isMain(import.meta.url)) {
  const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const problems = [
    ...checkPackages(manifest, readFileSync('CONTRIBUTING.md', 'utf8')),
    ...checkLock(readFileSync('package-lock.json', 'utf8')),
    ...(existsSync('dist/index.js') ? [...checkTargets(manifest), ...checkPacked()] : []),
  ];
  report('check:package', problems, 'no dependencies, every dev package pinned and explained');
}
