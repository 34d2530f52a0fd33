/** What trainingHash() gives on every runtime. A change of the engine's arithmetic or of the probes changes these lines. */

export const expectedHashes: Readonly<Record<string, string>> = {
  tucker: '4bd177e1',
  ttMatrix: '9f1e574c',
  residual: '38180225',
  attention: '878ab12e',
};
