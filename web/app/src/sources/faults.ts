// Why a source gives no rows. The server says it in words that are English; here they are recognised, to be said in any language and
// with what there is to do on a screen.

/** What the server says, with the text of `sources.fault` for it and what stands in its holes. */
const known: [RegExp, string, string[]][] = [
  [/the database refused the user or the password/, 'denied', []],
  [/there is no such database, or the user may not use it/, 'no_database', []],
  [/the database has no such table/, 'no_table', []],
  [/the query names a column that there is not/, 'no_column', []],
  [/the user of the database may not read this/, 'may_not_read', []],
  [/the database does not understand the query \((.+?)\)/, 'no_query', ['code']],
  [/the query tries to change something/, 'changes', []],
  [/the database refused the query \((.+?)\)/, 'failed', ['code']],
  [/reading the database took longer than/, 'too_long', []],
  [/the database offers no encryption/, 'no_encryption', []],
  [/the certificate of the database is signed by nobody that is trusted/, 'signed_by_nobody', []],
  [/the certificate of the database is for another host/, 'other_host', []],
  [/the certificate of the database is not valid/, 'not_valid', []],
  [/is no certificate in PEM/, 'no_certificate', []],
  [/the host of the database is not known/, 'no_host', []],
  [/the database does not answer/, 'no_answer', []],
  [/the database has no connection left/, 'busy', []],
  [/the database could not be read \(/, 'unreadable', []],
  [/the database gave no columns/, 'no_columns', []],
  [/the query gives more than (\d+) columns/, 'many_columns', ['n']],
  [/row (\d+), column "(.*)" is not UTF-8/, 'no_text', ['n', 'column']],
  [/two columns have the same name: "(.*)" and "(.*)"/, 'same_name', ['one', 'other']],
  [/has rows that are too large: (\d+) of them hold more than (\d+) MiB/, 'too_large', ['n', 'most']],
  [/the (?:file|database) has no rows/, 'no_rows', []],
  [/no row of the (?:file|database) can be read/, 'none_can_be_read', []],
  [/(\d+) of (\d+) rows cannot be read, .* the first: .*?line (\d+)/, 'lines_unreadable', ['n', 'all', 'first']],
  [/(\d+) of (\d+) rows cannot be read, .* the first: .*?row (\d+)/, 'cannot_be_read', ['n', 'all', 'first']],
  [
    /the (?:file|database) lost columns that the profile is made from: (.+?)(?:\. Put them back|$)/,
    'lost_columns',
    ['columns'],
  ],
  [/the table would shrink from (\d+) to (\d+) rows/, 'shrinks', ['from', 'to']],
];

/** The key of a fault's texts and its holes; undefined for words that are not known. */
export function sourceFault(said: string): { key: string; holes: Record<string, string> } | undefined {
  for (const [pattern, key, names] of known) {
    const found = pattern.exec(said);
    if (found) return { key, holes: Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? ''])) };
  }
  return undefined;
}

/** Whether more rows than may be cannot be read: how many may be is chosen where the source is edited. */
export const beyondTheLimit = (said: string) =>
  ['lines_unreadable', 'cannot_be_read'].includes(sourceFault(said)?.key ?? '');

/** Whether the rows can be taken over all the same, which helps against nothing else than what the server says it of. */
export const canBeForced = (said: string) => said.includes('(force)');
