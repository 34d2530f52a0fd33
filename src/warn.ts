/** Where the library says that a result can be trusted less than it looks. Nothing is thrown and nothing changes. */

export interface Warning {
  /** What warns. */
  readonly op: string;
  /** What should hold, what was met instead, and what helps: one sentence each, as in errors. */
  readonly message: string;
}

export type WarningHandler = (warning: Warning) => void;

const told = new Set<string>();

/** Writes the first warning of each kind to the console. */
const once = ({ message }: Warning, kind: string): void => {
  if (told.has(kind)) return;
  told.add(kind);
  console.warn(message);
};

let handler: (warning: Warning, kind: string) => void = once;

/** Sends all warnings to `to` from now on; null brings back the default, console.warn for the first one of each kind. */
export function onWarning(to: WarningHandler | null): void {
  handler = to ?? once;
}

/** Warns in the form of the errors: `op: rule; got value; remedy`. One op and rule are one kind. */
export function warn(op: string, rule: string, got: string, remedy: string): void {
  handler({ op, message: `${op}: ${rule}; got ${got}; ${remedy}` }, `${op}: ${rule}`);
}
