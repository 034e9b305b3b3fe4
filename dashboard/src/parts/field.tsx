/** A labelled control of a form, with what to know and what is wrong. */
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  isOptional?: boolean;
}

/** What ties a control to its label, hint and error. */
interface Ties {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

function Labelled({ label, hint, error, isOptional, children }: FieldProps & { children(ties: Ties): ReactNode }) {
  const id = useId();
  const describedBy = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(' ');
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[0.9rem] font-medium">
        {label}
        {isOptional && <span className="font-normal text-soft"> (optional)</span>}
      </label>
      {children({ id, 'aria-describedby': describedBy || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-[0.85rem] text-bad">
          {error}
        </p>
      )}
      {hint && (
        <div id={`${id}-hint`} className="mt-1 text-[0.85rem] text-soft">
          {hint}
        </div>
      )}
    </div>
  );
}

const split = <T extends FieldProps>({ label, hint, error, isOptional, ...rest }: T) => ({
  field: { label, hint, ...(error === undefined ? {} : { error }), ...(isOptional ? { isOptional } : {}) },
  rest,
});

export function TextField(props: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const { field, rest } = split(props);
  return <Labelled {...field}>{(ties) => <input className="control" {...ties} {...rest} />}</Labelled>;
}

export function TextArea(props: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { field, rest } = split(props);
  return <Labelled {...field}>{(ties) => <textarea className="control" rows={4} {...ties} {...rest} />}</Labelled>;
}

export function SelectField(props: FieldProps & SelectHTMLAttributes<HTMLSelectElement>) {
  const { field, rest } = split(props);
  return <Labelled {...field}>{(ties) => <select className="control" {...ties} {...rest} />}</Labelled>;
}

export function CheckField({
  label,
  hint,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="flex items-start gap-2.5 text-[0.93rem]">
      <input type="checkbox" className="mt-1 size-4 accent-[var(--accent)]" {...rest} />
      <span>
        {label}
        {hint && <span className="block text-[0.85rem] text-soft">{hint}</span>}
      </span>
    </label>
  );
}
