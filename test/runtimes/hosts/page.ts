/** Browsers: the report is posted to where the page came from. */

import { probe } from '../probe.ts';

const calls = Number(new URL(location.href).searchParams.get('calls'));
probe(calls)
  .catch((error: Error) => ({ error: error.stack ?? String(error) }))
  .then((report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) }));
