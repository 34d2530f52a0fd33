/** A program in the background: started, waited for, ended by its own id. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Service {
  readonly pid: number;
  /** What it has said so far. */
  output(): string;
  /** Ends it and what it started, and waits until it has gone. */
  stop(): Promise<void>;
}

/** Starts a program as the leader of a process group. */
export function start(command: string, args: readonly string[], cwd?: string): Service {
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', (error) => {
      output += error.message;
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/** Asks until something answers; throws with what the service said after `seconds`. */
export async function answer(service: Service, url: string, seconds = 20): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no answer from ${url} within ${seconds} s: ${service.output()}`);
}

/** Resident bytes of a process, where the system tells. */
export function residentBytes(pid: number): number | null {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? null : Number(line[1]) * 1024;
  } catch {
    return null;
  }
}

/** Seconds of processor time that a process has used, where the system tells. */
export function cpuSeconds(pid: number): number | null {
  try {
    // Fields 14 and 15 count ticks of 10 ms; the name before them may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}
