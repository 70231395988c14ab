// Why a row could not be read. The server says it in words that are English; here they are recognised, to be said in any language.

/** What the server says, with the text of `sources.reason` for it and what stands in its holes. */
const known: [RegExp, string, string[]][] = [
  [/^has (\d+) fields, the header has (\d+)$/, 'field_count', ['n', 'header']],
  [/^has another number of fields than the header$/, 'fields', []],
  [/^has text behind a closing quote$/, 'quote', []],
  [/^has a quote that is never closed$/, 'open_quote', []],
  [/^is longer than (\d+) MiB$/, 'too_long', ['n']],
  [/^is no JSON$/, 'no_json', []],
  [/^is no JSON object$/, 'no_object', []],
  [/^has a field without a name$/, 'nameless', []],
  [/^has the field "(.*)" twice$/, 'twice', ['field']],
  [/^is not a (text|number|date|datetime|boolean)$/, 'type', ['type']],
  [/^is not a (date|datetime) in ISO 8601$/, 'iso', ['type']],
  [/^is not a (date|datetime) between the years 1 and 9999$/, 'years', ['type']],
  [/^is not a (date|datetime) written as (.+)$/, 'format', ['type', 'format']],
];

/** The key of a reason's text and its holes; undefined for words that are not known. */
export function reasonOf(said: string): { key: string; holes: Record<string, string> } | undefined {
  for (const [pattern, key, names] of known) {
    const found = pattern.exec(said);
    if (found) return { key, holes: Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? ''])) };
  }
  return undefined;
}

/** The kinds of characters of a masked value, as the server names them, and its length. */
export function maskOf(said: string): { count: number; kinds: string[] } | undefined {
  const found = /^(\d+) characters?: (.+)$/.exec(said);
  if (!found) return undefined;
  const kinds = (found[2] ?? '').split(', ').map((k) => k.replaceAll(' ', '_'));
  const all = ['letters', 'digits', 'punctuation', 'symbols', 'white_space', 'control_characters'];
  return kinds.every((k) => all.includes(k)) ? { count: Number(found[1]), kinds } : undefined;
}
