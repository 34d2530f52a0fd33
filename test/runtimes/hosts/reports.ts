/**
 * Opens pages of reports in frames and uses them as a reader does: pressing, choosing, sorting, pointing. Posts what it saw
 * of each, and the errors.
 */

/** What is seen of one page. */
export interface Seen {
  /** Errors of the page's script. */
  readonly errors: readonly string[];
  readonly title: string;
  /** Numbers of elements by what was done before they were counted. */
  readonly counts: Readonly<Record<string, number>>;
  /** Elements that no page of ours has: markup that came from data. */
  readonly strangers: number;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function opened(url: string): Promise<{ page: Document; errors: string[] }> {
  const frame = document.body.appendChild(document.createElement('iframe'));
  Object.assign(frame.style, { width: '1200px', height: '900px' });
  const errors: string[] = [];
  const loaded = new Promise((resolve) => {
    frame.onload = resolve;
  });
  frame.src = url;
  await loaded;
  frame.contentWindow!.addEventListener('error', ({ message }) => errors.push(message));
  await pause(300);
  return { page: frame.contentDocument!, errors };
}

async function seen(url: string): Promise<Seen> {
  const { page, errors } = await opened(url);
  const count = (selector: string): number => page.querySelectorAll(selector).length;
  const first = <E extends HTMLElement>(selector: string): E | null => page.querySelector<E>(selector);
  const press = (selector: string): void => first(selector)?.click();
  const choose = (selector: string, value: string): void => {
    const input = first<HTMLInputElement>(selector);
    if (input === null) return;
    input.value = value;
    input.dispatchEvent(new Event('input'));
    input.dispatchEvent(new Event('change'));
  };
  const counts: Record<string, number> = {
    // The script's last act is to name this button.
    'scripts that ended': Number(first('#scheme')?.textContent !== ''),
    points: count('#by-size .point') + count('#by-time .point'),
    rows: count('#results tbody tr'),
    curves: count('#loss canvas') + count('#validation canvas'),
    weights: count('#stairs svg'),
    maps: count('#maps canvas'),
    events: count('#log tbody tr'),
  };
  press('#by-seed');
  counts['rows by run'] = count('#results tbody tr');
  for (const button of [...page.querySelectorAll<HTMLElement>('.sort')].keys()) {
    page.querySelectorAll<HTMLElement>('.sort')[button]!.click();
  }
  counts['rows sorted'] = count('#results tbody tr');
  press('#only-controls');
  counts['points of controls'] = count('#by-size .point');
  press('#only-methods');
  counts['points of methods'] = count('#by-size .point');
  press('#all');
  for (const name of ['curve-x', 'stair-x']) press(`input[name="${name}"]:not(:checked)`);
  for (const id of ['accuracy-log', 'loss-log', 'stair-log', 'scheme', 'more-stairs', 'more-maps', 'more-log']) {
    press(`#${id}`);
  }
  choose('#stair-seed', '');
  choose('#spectrum-epoch', '0');
  choose('#log-kind', 'rollback');
  counts.rollbacks = count('#log tbody tr');
  first('#by-size .point')?.dispatchEvent(new FocusEvent('focus'));
  counts['names told'] = Number(first('#tip')?.textContent !== '');
  await pause(100);
  const strangers = count('main img, main script, main iframe, main a, main link');
  return { errors, title: page.title, counts, strangers };
}

async function post(): Promise<void> {
  const urls = new URL(location.href).searchParams.getAll('page');
  const all: Record<string, Seen> = {};
  for (const url of urls) all[url] = await seen(url);
  await fetch('/', { method: 'POST', body: JSON.stringify(all) });
}

post().catch((error: Error) => fetch('/', { method: 'POST', body: JSON.stringify({ error: error.stack }) }));
