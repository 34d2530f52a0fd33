/** Giving the host a turn: signals, timers and rendering cannot run inside synchronous compute. */

interface Host {
  readonly setImmediate?: (run: () => void) => void;
  readonly MessageChannel?: typeof MessageChannel;
}

/** Resolves after other tasks of the host have had a turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate, MessageChannel: Channel } = globalThis as Host;
    if (setImmediate !== undefined) setImmediate(resolve);
    // Browsers make a chain of timers wait 4 ms a link; a message waits for nothing.
    else if (Channel !== undefined) message(new Channel(), resolve);
    else setTimeout(resolve, 0);
  });
}

function message({ port1, port2 }: MessageChannel, arrived: () => void): void {
  port1.onmessage = () => {
    port1.close();
    arrived();
  };
  port2.postMessage(null);
}
