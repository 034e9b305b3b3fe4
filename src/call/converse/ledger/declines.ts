/** Whether what the person said refuses what they were asked, so far as that can be told from the words. */

const refusals: Readonly<Record<string, RegExp>> = {
  en: /\b(?:no|nope|nah|not|don't|do not|never|cancel|stop|wait|hold on)\b/iu,
  de: /(?<!\p{L})(?:nein|nee|nö|nicht|kein\p{L}*|niemals|stopp?|abbrechen|warte\p{L}*)(?!\p{L})/iu,
  es: /(?<!\p{L})(?:no|nunca|jamás|cancel\p{L}*|para|espera|espere)(?!\p{L})/iu,
  fr: /(?<!\p{L})(?:non|pas|jamais|annule\p{L}*|arrête\p{L}*|attend\p{L}*)(?!\p{L})/iu,
};

/** @param language BCP 47. In a language that we have no words of nothing is known to refuse. */
export function declines(said: string, language: string): boolean {
  const words = refusals[language.toLowerCase().split(/[-_]/)[0] ?? ''];
  return words?.test(said.normalize('NFC').replaceAll('’', "'")) ?? false;
}
