/** Expecting an error of a class, whose text has the form `op: rule; got value; remedy` and matches `text`. */

export function throws(call: () => unknown, kind: new (...args: never[]) => Error, text: RegExp = /^/): void {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof kind)) throw new Error(`expected ${kind.name}; got ${String(thrown)}`);
  if (!/^[\w. ]+: .+; got .+; .+$/s.test(thrown.message)) throw new Error(`form of '${thrown.message}'`);
  if (!text.test(thrown.message)) throw new Error(`'${thrown.message}' does not match ${text}`);
}
