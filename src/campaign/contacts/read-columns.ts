/** Which column of a file holds what, by the names that people give them. Pure. */

export interface Columns {
  number: number;
  name: number | null;
  timezone: number | null;
  /** First and last name, where there is no whole one. */
  parts: readonly number[];
  /** Every other column: its place and the variable it becomes. */
  variables: readonly { at: number; name: string }[];
}

/** In the order of trust. */
const numberNames = [
  ...['phone_number', 'phone', 'phonenumber', 'number', 'tel', 'telephone', 'telephone_number', 'mobile'],
  ...['mobile_number', 'mobile_phone', 'cell', 'cell_phone', 'cellphone', 'to', 'to_number', 'to_phone_number'],
  ...['contact_number', 'customer_number', 'customer_phone', 'msisdn', 'e164', 'telefon', 'telefono', 'handy'],
];
const wholeNames = ['name', 'full_name', 'fullname', 'contact_name', 'customer_name'];
const zoneNames = ['timezone', 'time_zone', 'tz', 'recipient_timezone'];

const longestName = 64;
/** They lead from a value to what every value has. */
const notNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export type ReadColumns = { columns: Columns } | { refused: string };

/** The first row of a file; a file without the names of its columns cannot be understood. */
export function readColumns(header: readonly string[]): ReadColumns {
  const names = header.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replaceAll(/[ \-./]+/g, '_'),
  );
  const find = (wanted: readonly string[]) => {
    const at = wanted.map((name) => names.indexOf(name)).find((place) => place !== -1);
    return at ?? null;
  };
  const number = find(numberNames);
  if (number === null) {
    return { refused: 'No column of the first line is named phone_number, phone, number, tel, mobile or to.' };
  }
  const [name, timezone] = [find(wholeNames), find(zoneNames)];
  const parts = name === null ? ['first_name', 'last_name'].map((part) => names.indexOf(part)) : [];
  const taken = new Set([number, name, timezone]);
  const variables = header.flatMap((cell, at) =>
    taken.has(at) || cell.trim() === '' ? [] : [{ at, name: toVariableName(cell) }],
  );
  const bad = variables.find((one) => one.name.length > longestName || notNames.has(one.name));
  if (bad) return { refused: `The column ${JSON.stringify(bad.name.slice(0, longestName))} cannot be a variable.` };
  const twice = variables.find((one, index) => variables.findIndex((other) => other.name === one.name) !== index);
  if (twice) return { refused: `Two columns are named ${JSON.stringify(twice.name)}.` };
  return { columns: { number, name, timezone, parts: parts.filter((at) => at !== -1), variables } };
}

/** As it stands in `{{name}}`: a point or brace would mean something there. */
const toVariableName = (cell: string) => cell.trim().replaceAll(/[.{}]+/g, '_');
