import ts from 'typescript';

/** A key in the source: plain, or with holes where it is put together (`parts.status.*`). */
export type Use = { key: string; where: string };

const shownAttributes = [
  'label',
  'title',
  'placeholder',
  'description',
  'aria-label',
  'alt',
  'sentence',
  'text',
  'verb',
  'header',
];
const letters = /\p{L}{2,}/u;

/** Finds the keys that a source file uses, and texts in it that no language file has. */
export function scan(path: string, source: string): { uses: Use[]; loose: string[] } {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const uses: Use[] = [];
  const loose: string[] = [];
  const where = (node: ts.Node) => `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  const texts = (node: ts.Expression): ts.Expression[] =>
    ts.isConditionalExpression(node) ? [...texts(node.whenTrue), ...texts(node.whenFalse)] : [node];
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && node.arguments[0]) {
      const name = ts.isIdentifier(node.expression)
        ? node.expression.text
        : ts.isPropertyAccessExpression(node.expression)
          ? node.expression.name.text
          : '';
      if (name === 't' || name === 'exists') {
        for (const argument of texts(node.arguments[0])) {
          const key = keyOf(argument);
          if (key === undefined) loose.push(`${where(node)}: a key that cannot be read`);
          else uses.push({ key, where: where(node) });
        }
      }
    }
    if (ts.isJsxText(node) && letters.test(node.text)) loose.push(`${where(node)}: ${node.text.trim()}`);
    if (ts.isJsxAttribute(node) && shownAttributes.includes(node.name.getText()) && node.initializer) {
      const value = ts.isJsxExpression(node.initializer) ? node.initializer.expression : node.initializer;
      if (value && ts.isStringLiteralLike(value) && letters.test(value.text))
        loose.push(`${where(node)}: ${value.text}`);
    }
    if (
      ts.isPropertyAssignment(node) &&
      shownAttributes.includes(node.name.getText().replace(/['"]/g, '')) &&
      ts.isStringLiteralLike(node.initializer) &&
      letters.test(node.initializer.text)
    ) {
      loose.push(`${where(node)}: ${node.initializer.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { uses, loose };
}

function keyOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((s) => `*${s.literal.text}`).join('');
  return undefined;
}

/** The keys of a language file, without the endings of plurals. */
export function keysOf(texts: unknown, before = ''): string[] {
  if (typeof texts === 'string') return [before];
  return Object.entries(texts as Record<string, unknown>).flatMap(([k, v]) => keysOf(v, before ? `${before}.${k}` : k));
}

export const base = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');

const patterns = new Map<string, RegExp>();

/** Whether a used key, perhaps with holes, means this one. */
export function means(use: string, key: string): boolean {
  if (!use.includes('*')) return use === key;
  let pattern = patterns.get(use);
  if (!pattern) {
    const parts = use.split('*').map((x) => x.replace(/[.]/g, '\\.'));
    pattern = new RegExp(`^${parts.join('[^.]+')}$`);
    patterns.set(use, pattern); // every use is held against every key
  }
  return pattern.test(key);
}
