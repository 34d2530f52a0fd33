/** workerd: the report is the answer to a request; the naive loop has a request of its own, so that it can be watched. */

import { naiveLoop } from '../naive.ts';
import { probe } from '../probe.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const calls = Number(searchParams.get('calls'));
    return Response.json(pathname === '/naive' ? naiveLoop(calls) : await probe(calls));
  },
};
