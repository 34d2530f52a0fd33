/** Time that a run has taken: by the clock, and of the processor, which others on the machine change less. */

export interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export const nothingSpent: Spent = { seconds: 0, cpuSeconds: 0 };

/** A point in time, to be handed to `spentSince`. */
export function timeNow(): Spent {
  const { user, system } = process.cpuUsage();
  return { seconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** What was spent before plus the time since `began`. */
export function spentSince(began: Spent, before: Spent): Spent {
  const now = timeNow();
  return {
    seconds: before.seconds + now.seconds - began.seconds,
    cpuSeconds: before.cpuSeconds + now.cpuSeconds - began.cpuSeconds,
  };
}
