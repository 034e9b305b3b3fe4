/** Outside text made fit for the database, which takes neither NUL nor half a character. */

export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}
