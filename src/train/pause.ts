/** Giving the host a turn: signals, timers and rendering cannot run inside synchronous compute. */

/** Resolves after other tasks of the host have had a turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
    if (setImmediate !== undefined) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
