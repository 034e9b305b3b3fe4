/** A value of many parts, written as JSON; nothing is taken over before it can be read. */
import { useEffect, useState } from 'react';
import { TextArea } from '../parts/field.tsx';

const toText = (value: unknown) => (value === null || value === undefined ? '' : JSON.stringify(value, null, 2));

export function JsonField({
  label,
  value,
  change,
  error,
  hint,
  placeholder,
}: {
  label: string;
  value: unknown;
  change(value: unknown): void;
  error?: string | undefined;
  hint?: string | undefined;
  placeholder?: string;
}) {
  const [text, setText] = useState(toText(value));
  const [isBroken, setBroken] = useState(false);
  const written = toText(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was saved or dropped elsewhere is shown.
  useEffect(() => {
    if (!isBroken && toText(parse(text).value) !== written) setText(written);
  }, [written]);
  const onChange = (typed: string) => {
    setText(typed);
    const parsed = parse(typed);
    setBroken(!parsed.isGood);
    if (parsed.isGood) change(parsed.value);
  };
  return (
    <TextArea
      label={label}
      isOptional
      rows={Math.min(10, Math.max(2, text.split('\n').length))}
      spellCheck={false}
      className="control font-mono text-[0.85rem]"
      value={text}
      placeholder={placeholder}
      onChange={(event) => onChange(event.target.value)}
      error={isBroken ? 'This is no JSON yet.' : error}
      hint={hint}
    />
  );
}

function parse(text: string): { isGood: boolean; value: unknown } {
  if (text.trim() === '') return { isGood: true, value: null };
  try {
    return { isGood: true, value: JSON.parse(text) };
  } catch {
    return { isGood: false, value: null };
  }
}
