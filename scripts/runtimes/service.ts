/** A program in the background: started, waited for, ended by its own id. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

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

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Waits until a service listens; throws with what it said after `seconds`. */
export async function listening(service: Service, port: number, seconds = 60): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    if (await listens(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody listens on port ${port} after ${seconds} s: ${service.output()}`);
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
