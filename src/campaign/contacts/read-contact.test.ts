import { describe, expect, it } from 'vitest';
import { readColumns } from './read-columns.ts';
import { type GivenContact, readContact } from './read-contact.ts';
import { type GivenRow, readContactFile } from './read-csv.ts';

const given = (changes: Partial<GivenContact>): GivenContact => ({
  ...{ number: '+12125551234', name: null, timezone: null, variables: {}, ...changes },
});

describe('a contact', () => {
  it.each([
    ['+12125551234', null, '+12125551234'],
    [' +1 (212) 555-1234 ', null, '+12125551234'],
    ['0044 20 7946 0000', null, '+442079460000'],
    ['(212) 555-1234', 'US', '+12125551234'],
    ['1-212-555-1234', 'US', '+12125551234'],
    ['020 7946 0000', 'GB', '+442079460000'],
    ['+44 (0) 20 7946 0000', null, '+442079460000'],
  ])('with the number %s in %s is called at %s', (number, country, e164) => {
    expect(readContact(given({ number }), country)).toMatchObject({ contact: { number: e164 } });
  });

  it.each([
    [{ number: '212 555 1234' }, 'contact/number'],
    [{ number: '' }, 'contact/number'],
    [{ number: '1.2125551234E+10' }, 'contact/number'],
    [{ number: '+1' }, 'contact/number'],
    [{ timezone: 'Nowhere' }, 'contact/timezone'],
    [{ timezone: '+02:00' }, 'contact/timezone'],
    [{ name: 'x'.repeat(201) }, 'contact/too-long'],
    [{ variables: { a: 'x'.repeat(7000) } }, 'contact/too-long'],
    [{ variables: { a: 'a\u0000' } }, 'contact/characters'],
    [{ name: 'M\uFFFDller' }, 'contact/characters'],
  ])('as %j is refused as %s', (changes, code) => {
    expect(readContact(given(changes), null)).toMatchObject({ problem: { code } });
  });

  it('has its zone in the one way of writing it', () => {
    expect(readContact(given({ timezone: 'america/new_york' }), null)).toMatchObject({
      contact: { timezone: 'America/New_York' },
    });
  });
});

describe('columns', () => {
  it.each([
    [['Phone'], 0],
    [['name', 'Phone Number'], 1],
    [['to', 'x'], 0],
    [['Mobile-Number'], 0],
    [['TEL.'], null],
    [['TEL'], 0],
    [['number', 'phone'], 1],
  ])('%j have the number at %j', (header, at) => {
    const read = readColumns(header);
    expect('columns' in read ? read.columns.number : null).toBe(at);
  });

  it('that are no number, name or zone are variables, named as they are written', () => {
    expect(readColumns(['phone', 'First Name', 'Time Zone', 'a.b', ''])).toMatchObject({
      columns: {
        timezone: 2,
        variables: [
          { at: 1, name: 'First Name' },
          { at: 3, name: 'a_b' },
        ],
      },
    });
    expect(readColumns(['phone', 'a', 'a'])).toEqual({ refused: 'Two columns are named "a".' });
    expect(readColumns(['phone', '__proto__'])).toMatchObject({ refused: expect.stringContaining('cannot be') });
  });
});

async function read(...pieces: Uint8Array[]): Promise<GivenRow[]> {
  async function* bytes() {
    yield* pieces;
  }
  const rows: GivenRow[] = [];
  for await (const some of readContactFile(bytes()).rows) rows.push(...some);
  return rows;
}

describe('a file of contacts', () => {
  it('is read from any pieces, in UTF-8 and UTF-16, names put together', async () => {
    const text = 'phone,first_name,last_name,city\n+12125551234,Zoë,Müller,\n';
    const wanted = [
      {
        line: 2,
        given: given({ name: 'Zoë Müller', variables: { first_name: 'Zoë', last_name: 'Müller' } }),
      },
    ];
    const utf8 = Buffer.from(text);
    expect(await read(utf8.subarray(0, 42), utf8.subarray(42))).toEqual(wanted);
    expect(await read(Buffer.from(`\uFEFF${text}`, 'utf16le'))).toEqual(wanted);
  });

  it('names the row whose cells are more than the columns, or too long', async () => {
    const rows = await read(Buffer.from(`phone,a\n+12125551234,1,2\n+12125551235,${'x'.repeat(2001)}`));
    expect(rows).toMatchObject([
      { line: 2, problem: { code: 'contact/shape' } },
      { line: 3, problem: { code: 'contact/too-long' } },
    ]);
  });

  it('without rows, or without a column for the number, is refused as a whole', async () => {
    await expect(read()).rejects.toMatchObject({ code: 'contacts/empty-file' });
    await expect(read(Buffer.from('a,b\n1,2'))).rejects.toMatchObject({ code: 'contacts/columns' });
    await expect(read(Buffer.from(`phone\n"${'x'.repeat(70_000)}`))).rejects.toMatchObject({
      code: 'csv/row-too-long',
    });
  });
});
