import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate, TemplateRefused, templateLimits } from './template.ts';

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof TemplateRefused ? error.code : error;
  }
  return 'nothing was thrown';
};

describe('a template', () => {
  it('takes the values of the document’s own example', () => {
    const variables = { name: 'John Doe', time: '10 AM', appointment_type: 'dental' };
    expect(
      renderTemplate('Hello {{name}}, this is a reminder about your appointment tomorrow at {{time}}.', variables),
    ).toEqual({ text: 'Hello John Doe, this is a reminder about your appointment tomorrow at 10 AM.', missing: [] });
    expect(
      renderTemplate('Remind {{name}} about their upcoming {{appointment_type}} appointment.', variables).text,
    ).toBe('Remind John Doe about their upcoming dental appointment.');
  });

  it.each([
    ['{{ name }}', { name: 'Ann' }, 'Ann'],
    ['{{customer.name}}', { customer: { name: 'Ann' } }, 'Ann'],
    ['{{first name}}', { 'first name': 'Ann' }, 'Ann'],
    ['{{имя}}', { имя: 'Анна' }, 'Анна'],
    ['{{{name}}}', { name: 'Ann' }, '{Ann}'],
    ['{{a}}{{a}}', { a: 'x' }, 'xx'],
    ['{{amount}} {{open}} {{items}}', { amount: 12.5, open: false, items: ['a', 1] }, '12.5 false ["a",1]'],
    ['{{items.1}}', { items: ['a', 'b'] }, 'b'],
    ['{{empty}}', { empty: '' }, ''],
    ['{name} {{name', { name: 'Ann' }, '{name} {{name'],
    ['', {}, ''],
  ])('%j with %j is %j', (template, values, text) => {
    expect(renderTemplate(template, values)).toEqual({ text, missing: [] });
  });

  it('lists the names that were not given once each, in their order, and leaves them as they were', () => {
    expect(renderTemplate('{{b}} {{a}} {{ b }} {{c.d}} {{e}}', { a: 1, c: 'text', e: null })).toEqual({
      text: '{{b}} 1 {{ b }} {{c.d}} {{e}}',
      missing: ['b', 'c.d', 'e'],
    });
  });

  it.each([
    ['__proto__'],
    ['constructor'],
    ['constructor.name'],
    ['prototype'],
    ['toString'],
    ['text.length'],
    ['list.constructor'],
    ['object.__proto__.polluted'],
    ['object.hasOwnProperty'],
    ['1+1'],
    ['name()'],
    ['name || 1'],
    [''],
    ['.'],
    ['object.'],
  ])('finds nothing by the name %j', (name) => {
    const values = JSON.parse(
      '{"__proto__":{"x":1},"constructor":{"name":"x"},"prototype":"x","text":"x","list":[],"object":{},"name":"x"}',
    );
    expect(renderTemplate(`{{${name}}}`, values)).toEqual({ text: `{{${name}}}`, missing: [name] });
  });

  it('runs no code of a value', () => {
    const values = {
      get name() {
        throw new Error('ran');
      },
    };
    expect(renderTemplate('{{name}}', values).missing).toEqual(['name']);
  });

  it('never looks at a value again', () => {
    const values = { a: '{{b}}', b: 'secret', open: '{{', close: '}}' };
    expect(renderTemplate('{{a}} {{open}}b{{close}}', values)).toEqual({ text: '{{b}} {{b}}', missing: [] });
  });

  it('drops control characters and half characters, and keeps a value on its line', () => {
    expect(renderTemplate('a\u0000\nb{{v}}', { v: 'c\r\n\u2028d\u0007\u001b[1m\ud800' }).text).toBe('a\nbc d[1m\ufffd');
  });

  it('is refused beyond its limits, and taken at them', () => {
    const { template, placeholders, value } = templateLimits;
    expect(renderTemplate('x'.repeat(template), {}).text).toHaveLength(template);
    expect(codeOf(() => renderTemplate('x'.repeat(template + 1), {}))).toBe('template/too-long');
    expect(renderTemplate('{{a}}'.repeat(placeholders), { a: 1 }).text).toHaveLength(placeholders);
    expect(codeOf(() => renderTemplate('{{a}}'.repeat(placeholders + 1), { a: 1 }))).toBe('template/too-many-names');
    expect(renderTemplate('{{a}}', { a: 'x'.repeat(value) }).text).toHaveLength(value);
    expect(codeOf(() => renderTemplate('{{a}}', { a: 'x'.repeat(value + 1) }))).toBe('template/value-too-long');
    expect(codeOf(() => renderTemplate('{{a}}'.repeat(11), { a: 'x'.repeat(value) }))).toBe('template/result-too-long');
  });
});

describe('whatever the template and the values', () => {
  const piece = fc.oneof(
    fc.constantFrom('{{', '}}', '{', '}', '{{a}}', '{{ b }}', '{{a.b}}', '{{__proto__}}', '{{constructor}}', ' ', '.'),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const templates = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  const words = fc.constantFrom('{{a}}', '{{b}}', '}}', '{{', 'Ann', '<Say>', '');
  const given = fc.record({ a: fc.oneof(words, fc.record({ b: words })), b: words }, { requiredKeys: [] });

  it('the text is made of the template’s words and the given values, put in once', () => {
    fc.assert(
      fc.property(templates, given, (template, values) => {
        const { text, missing } = renderTemplate(template, values);
        // The plain meaning, by cutting instead of scanning.
        const parts = template.split(/\{\{([^{}]*)\}\}/);
        const expected = parts.map((part, index) => {
          if (index % 2 === 0) return part;
          const { a, b } = values;
          const own: Record<string, unknown> = { a, b, 'a.b': typeof a === 'object' ? a.b : undefined };
          const value = Object.hasOwn(own, part.trim()) ? own[part.trim()] : undefined;
          if (value === undefined) return `{{${part}}}`;
          return typeof value === 'string' ? value : JSON.stringify(value);
        });
        expect(text).toBe(
          expected
            .join('')
            .replaceAll(/(?![\t\n])\p{Cc}/gu, '')
            .toWellFormed(),
        );
        for (const name of missing) expect(template).toContain(name);
      }),
      { numRuns: 2000 },
    );
  });

  it('nothing that was not given comes out', () => {
    const secret = 'not-to-be-told';
    fc.assert(
      fc.property(templates, given, (template, values) => {
        const inherited = Object.assign(Object.create({ a: secret, b: secret }) as object, values);
        expect(renderTemplate(template, inherited as Record<string, unknown>).text).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([['{'], ['{{'], ['{{a'], ['}}'], ['{{{'], ['{{ '], ['{{a}']])(
    'rendering takes time in step with the length of %j repeated',
    (unit) => {
      const long = unit.repeat(Math.floor(templateLimits.template / unit.length));
      const startedAt = performance.now();
      for (let round = 0; round < 20; round += 1) renderTemplate(long, {});
      // A quadratic scan of these takes seconds.
      expect(performance.now() - startedAt).toBeLessThan(500);
    },
  );
});
