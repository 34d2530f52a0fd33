/** Node, Deno and Bun: the report is the last line of the standard output. */

import { probe } from '../probe.ts';

probe(Number(process.argv[2])).then((report) => console.log(JSON.stringify(report)));
