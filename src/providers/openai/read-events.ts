/** The data of each server-sent event in a body, with a limit on what an ill-behaved server may make us hold. */
import { createParser } from 'eventsource-parser';
import { LanguageModelFailed } from '../../ports/language-model.ts';

const maxEventLength = 1_000_000;
const maxBodyBytes = 4_000_000;

/** @throws LanguageModelFailed `llm/broken-stream` when an event is over 1 MB or all of it over 4 MB */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let arrived: string[] = [];
  let tooLong = false;
  let bodyBytes = 0;
  const parser = createParser({
    maxBufferSize: maxEventLength,
    onEvent: ({ data }) => {
      tooLong ||= data.length > maxEventLength;
      arrived.push(data);
    },
    onError: ({ type }) => {
      tooLong ||= type === 'max-buffer-size-exceeded';
    },
  });
  const feed = (text: string) => {
    parser.feed(text);
    if (tooLong || bodyBytes > maxBodyBytes) {
      throw new LanguageModelFailed('llm/broken-stream', 'The language model sent more than a reply can hold.', false);
    }
    const events = arrived;
    arrived = [];
    return events;
  };
  for await (const bytes of body) {
    bodyBytes += bytes.byteLength;
    yield* feed(decoder.decode(bytes, { stream: true }));
  }
  // Some servers leave out the empty line behind the last event.
  yield* feed(`${decoder.decode()}\n\n`);
}
