/** The names between {{ and }} in templates, each once, in order. */

export function namesIn(...templates: (string | null | undefined)[]): string[] {
  const found = templates.flatMap((text) =>
    Array.from((text ?? '').matchAll(/\{\{\s*([^{}\s]+)\s*\}\}/g), ([, name]) => name ?? ''),
  );
  return [...new Set(found)];
}
