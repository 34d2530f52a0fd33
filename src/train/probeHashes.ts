/** What trainingHash() gives on every runtime. A change of the engine's arithmetic or of the probes changes these lines. */

export const expectedHashes: Readonly<Record<string, string>> = {
  tucker: '4b113a06',
  ttMatrix: '9f1e574c',
  residual: '217c43d6',
  attention: '878ab12e',
};
