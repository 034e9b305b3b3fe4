/** The first words of a call and what it is for, made from the templates of its request and of its assistant. */
import { renderTemplate } from '../text/template.ts';
import type { Assistant } from './assistant.ts';

export interface Opening {
  /** Said first, word for word; null: the assistant finds its own first words. */
  greeting: string | null;
  agenda: string | null;
  /** Names in either template that were not given. */
  missing: string[];
}

export interface AskedOpening {
  /** Instead of the assistant's own; one that is blank counts as none. */
  welcomeMessage?: string | null | undefined;
  agenda?: string | null | undefined;
  variables: Readonly<Record<string, unknown>>;
}

/** @throws TemplateRefused when a template or a value is beyond the limits */
export function renderOpening(
  assistant: Pick<Assistant, 'welcome_message' | 'agenda'> &
    Partial<Pick<Assistant, 'voicemail' | 'who_picked_up' | 'disclosure'>>,
  asked: AskedOpening,
): Opening {
  const missing = new Set<string>();
  const render = (template: string | null) => {
    if (template === null) return null;
    const rendered = renderTemplate(template, asked.variables);
    for (const name of rendered.missing) missing.add(name);
    return orNull(rendered.text);
  };
  const words = render(orNull(asked.welcomeMessage) ?? assistant.welcome_message);
  const agenda = render(orNull(asked.agenda) ?? assistant.agenda);
  // Said later, perhaps, but whoever leaves a name out should hear of it now.
  if (assistant.voicemail?.action === 'leave_message') render(assistant.voicemail.message);
  if (assistant.who_picked_up?.screener.action === 'introduce') render(assistant.who_picked_up.screener.introduction);
  return { greeting: withDisclosure(assistant.disclosure, words), agenda, missing: [...missing] };
}

/** What a person must be told stands before everything else, unless the words begin with it already. */
export function withDisclosure(disclosure: string | null | undefined, words: string | null): string | null {
  const said = disclosure?.trim();
  if (!said) return words;
  if (words?.trimStart().startsWith(said)) return words;
  return words === null ? said : `${said} ${words}`;
}

function orNull(text: string | null | undefined): string | null {
  return text?.trim() ? text : null;
}
