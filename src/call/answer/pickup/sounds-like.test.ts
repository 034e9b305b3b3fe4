import { expect, it } from 'vitest';
import { type Said, soundsLike } from './sounds-like.ts';

it.each<[Said | null, string]>([
  ['voicemail', 'Hi, you’ve reached Bob. Leave a message after the beep.'],
  ['voicemail', 'I can’t come to the phone right now, please leave your name and number.'],
  [
    'voicemail',
    'Your call has been forwarded to an automatic voice message system. At the tone, please record your message. When finished, hang up or press 1 for more options.',
  ],
  ['voicemail', 'The mailbox is full.'],
  ['voicemail', 'Guten Tag, Sie haben die Mailbox von Anna erreicht. Bitte sprechen Sie nach dem Signalton.'],
  ['voicemail', 'Leider bin ich nicht da, bitte hinterlassen Sie eine Nachricht.'],
  ['voicemail', 'Deje su mensaje después de la señal.'],
  ['voicemail', 'Ha llamado al buzón de voz de Marta.'],
  ['voicemail', 'Vous êtes bien sur la messagerie de Paul.'],
  ['voicemail', 'Merci de laisser un message après le bip sonore.'],
  ['screener', 'Hi, if you record your name and reason for calling, I’ll see if this person is available.'],
  [
    'screener',
    'Hi, the person you’re calling is using a screening service from Google, and will get a copy of this conversation. Go ahead and say your name, and why you’re calling.',
  ],
  ['screener', 'Bitte nennen Sie Ihren Namen und den Grund Ihres Anrufs.'],
  ['screener', 'Por favor, diga su nombre y el motivo de su llamada.'],
  ['screener', 'Indiquez votre nom et la raison de votre appel.'],
  ['menu', 'Thank you for calling Acme. For sales, press 1. To leave a message, press two.'],
  ['menu', 'Für den Vertrieb drücken Sie bitte die 1.'],
  ['menu', 'Para ventas, marque uno.'],
  ['menu', 'Pour le service commercial, tapez 1.'],
  ['hold-on', 'Thanks. Please stay on the line.'],
  ['hold-on', 'Bleiben Sie bitte dran.'],
  ['not-available', 'The person you are calling is not available. Goodbye.'],
  ['person', 'Hello?'],
  ['person', 'Yes, who is this?'],
  ['person', 'Allô, c’est qui ?'],
  ['person', '¿Bueno?'],
  [null, 'I paid that last week already.'],
  [null, ''],
  [null, 'Could you call me back tomorrow after five please'],
])('%s: %s', (...[said, text]) => {
  expect(soundsLike(text)).toBe(said);
});

it('takes no time over a very long text', () => {
  expect(soundsLike(`${'leave '.repeat(200_000)}`)).toBeNull();
});
