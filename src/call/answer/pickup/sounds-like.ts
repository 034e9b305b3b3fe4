/** Tells from what was said at the other end whether a mailbox, a call screener, a phone menu or a person says it. */

export type Said =
  | 'voicemail'
  | 'screener'
  | 'menu'
  /** Whoever says it wants us to wait. */
  | 'hold-on'
  /** The person will not come. */
  | 'not-available'
  /** A greeting or a question as only a person has it. */
  | 'person';

/** What is read is in lower case and without accents; of several that fit the first counts. */
const phrases: readonly (readonly [Said, readonly RegExp[]])[] = [
  [
    'screener',
    [
      /\b(record|say|state|give|tell me|leave) your name,? (and|or) (the |your |a )?(reason|purpose|why)/,
      /\bscreening (service|your call|this call|calls)|\bcall (screen|screening|assist|assistant)\b/,
      /\b(why|reason|purpose) (you're|you are|for|of) (you're |your )?call(ing)?\b/,
      /\bsee if (this person|they|he|she|the person)[^.]{0,30} available/,
      /\b(nennen|sagen|nenne|sage) (sie )?(bitte |kurz )?(ihren|deinen|den) namen und/,
      /\bgrund (ihres|deines|des|fur (ihren|deinen|den)) anruf/,
      /\b(diga|grabe|indique|deje|di) (su|tu) nombre y\b|\bmotivo de (su|tu|la) llamada/,
      /\b(dites|indiquez|enregistrez|donnez|laissez) votre nom et\b|\b(motif|raison|objet) de votre appel/,
    ],
  ],
  [
    'voicemail',
    [
      /\b(after|at) the (tone|beep|signal)\b/,
      /\bnach dem (signal|piep|ton|signalton|piepton)/,
      /\b(despues|tras) (del|de la|el|la|oir el|escuchar el) (tono|senal|pitido)/,
      /\bapres le (bip|signal|ton)/,
    ],
  ],
  [
    'menu',
    [
      /\b(press|dial) (the )?(\d|zero|one|two|three|four|five|six|seven|eight|nine|star|pound|hash)\b/,
      /\b(main menu|following options|menu options|dial by name)\b/,
      /\b(drucken|wahlen) sie (bitte )?(die )?(\d|null|eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|raute|stern)/,
      /\bhauptmenu\b/,
      /\b(marque|pulse|oprima|presione) (el |la )?(\d|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|numeral)/,
      /\b(tapez|appuyez sur|faites) (la touche |le )?(\d|zero|un|deux|trois|quatre|cinq|six|sept|huit|neuf|diese|etoile)/,
    ],
  ],
  [
    'voicemail',
    [
      /\bvoice ?mail|\bmailbox\b|\banswering machine\b/,
      /\bleave (me |us |him |her |them |your |a |the )?([a-z]+ )?(name|message|number)\b|\brecord your message\b/,
      /\bplease record\b/,
      /\b(can't|cannot|can not|unable to|not able to|aren't able to) (come to|take|answer|get to) (the|your|my|this) (phone|call)/,
      /\bmailbox|\bmobilbox|\bcombox|\banrufbeantworter|\bsprachbox|\bvoicemail/,
      /\bnachricht (nach|hinterlassen|hinterlasst|aufsprechen)|\bhinterlass(en|t|e) (sie|uns|mir|ihr|bitte|eine)/,
      /\bbuzon\b|\bcontestador|\bdeje (su|un|una|el) (mensaje|recado|nombre)/,
      /\bmessagerie|\brepondeur|\bboite vocale|\blaiss(ez|e)[- ](moi |nous )?(un|votre|ton) (court )?message/,
    ],
  ],
  [
    'hold-on',
    [
      /\b(stay|remain) on the line\b|\bplease (hold|wait)\b|\bhold (on|the line)\b|\bone moment\b|\bjust a (moment|second)\b/,
      /\bconnecting (you|your call)\b|\btrying to connect\b/,
      /\bbleiben sie (bitte )?(dran|in der leitung|am apparat)|\b(einen|ein) (moment|augenblick)\b/,
      /\bno cuelgue|\bpermanezca en (la )?linea|\bun momento\b/,
      /\bne quittez pas|\brestez en ligne|\bpatientez|\bun (instant|moment)\b/,
    ],
  ],
  [
    'not-available',
    [
      /\b(is|are|he's|she's|they're) (not|n't|currently not) available\b|\bisn't available\b|\bcan't talk\b|\bunavailable\b/,
      /\bnicht (verfugbar|erreichbar|zu erreichen|zu sprechen)\b/,
      /\bno (esta|se encuentra) disponible\b/,
      /\bn'est pas (disponible|joignable)\b/,
    ],
  ],
];

const longestGreeting = 10;
const greeting =
  /^(hello|hi|hey|yes|yeah|speaking|good (morning|afternoon|evening)|this is|hallo|ja|guten (tag|morgen|abend)|hola|si|bueno|diga|digame|alo|allo|oui|bonjour|bonsoir)\b/;
const question =
  /\b(who('s| is) (this|calling|there|speaking)|are you there|can you hear me|wer (ist|spricht) da|quien (es|habla|llama)|qui est|c'est qui)\b/;

/** Null when it could be anybody. */
export function soundsLike(text: string): Said | null {
  const plain = toPlain(text);
  for (const [said, patterns] of phrases) if (patterns.some((pattern) => pattern.test(plain))) return said;
  const words = plain.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const isPersonal = words.length <= longestGreeting && (greeting.test(plain) || question.test(plain));
  return isPersonal ? 'person' : null;
}

function toPlain(text: string): string {
  return text
    .slice(0, 2000)
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replaceAll('’', "'")
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .trim()
    .replace(/^[^\p{L}\p{N}]+/u, '');
}
