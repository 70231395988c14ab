// The server's remedies name commands, as they are for the command line and programs too. On a screen the page is named instead.

/** Where people do what a command does, by the words that the command begins with: the more words, the earlier. */
const pages = [
  ['profile unify', '/profile/unification', 'profiles'],
  ['profile', '/profile', 'profiles'],
  ['source', '/sources', 'sources'],
  ['relationship', '/sources/relationships', 'sources'],
  ['segment', '/segments', 'segments'],
  ['export', '/exports', 'exports'],
  ['run', '/exports', 'exports'],
  ['connection', '/connections', 'connections'],
  ['person', '/people', 'people'],
  ['refresh', '/status', 'status'],
  ['notify', '/general', 'general'],
] as const;

const command = `segue (?:${pages.map(([words]) => words).join('|')})(?: [^;,()]*)?`;
const first = new RegExp(command);
const aside = new RegExp(`:? (?:${command}(?:, )?)+|: --[a-z-]+ [^;,()]+| \\((?:${command}(?:, )?)+\\)`, 'g');

/** What is for the command line, programs and their readers: names of parameters and of pages of the manual, and another program. */
const others = / \((?:docs\/[\w./-]+|[a-z]+_[a-z_]+|force|timeout|ca)\)|: jq [^;]+/g;

export type Place = { to: string; id: string };

/**
 * What of a remedy is said on a screen, and the page to go to. What names a command at the end of a clause is said without it; of what
 * is about the command itself nothing is left.
 */
export function onScreen(whole: string): { said: string; place?: Place } {
  const remedy = whole.includes(' docs/') ? '' : whole.replace(others, '');
  const named = first.exec(remedy)?.[0];
  if (!named && !remedy.includes(': --')) return { said: remedy };
  const said = remedy.replace(aside, (found) => (/^(: | \()/.test(found) ? '' : found));
  const page = pages.find(([words]) => named?.startsWith(`segue ${words}`));
  return { said: first.test(said) ? '' : said, place: page && { to: page[1], id: page[2] } };
}
