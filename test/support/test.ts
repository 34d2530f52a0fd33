/** The test runner, named once so that it can be swapped in one file. Register with test(...), end the file with test.run(). */

export { suite, test } from 'uvu';
export * as assert from 'uvu/assert';
