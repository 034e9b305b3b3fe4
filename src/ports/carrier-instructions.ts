/** What we tell a phone carrier to do with a live call. */

/** What the carrier shall do next with a live call. */
export type CarrierInstruction =
  | {
      type: 'converse-by-relay';
      /** Path of our relay socket; carries the one-time token. */
      socketPath: string;
      /** Comes back in the session's `setup`. */
      parameters: Record<string, string>;
      /** Path and query that is asked what to do when the session is over. */
      afterPath: string;
      language: string;
      voice: { provider: string; name: string } | null;
    }
  | {
      /** Records the whole call and writes down what is said, beside whatever comes next. */
      type: 'record-call';
      recordingPath: string;
      transcriptPath: string;
      /** What is spoken, as a BCP 47 tag; left out, the carrier takes its own default. */
      language?: string;
    }
  | {
      type: 'stream-audio';
      /** Path of our media socket, without a query. */
      socketPath: string;
      /** Come back in the stream's `start`; values are cut at 500 characters. */
      parameters: Record<string, string>;
      /** Path and query asked when the stream is over; null: the next instruction follows. */
      afterPath: string | null;
    }
  | {
      /** Calls somebody else and puts the person through to them. */
      type: 'connect-to';
      number: string;
      from: string;
      ringSeconds: number;
      maxSeconds: number;
      /** Asked what to do with the person when that is over. */
      afterPath: string;
      /** Told of the other's line. */
      statusPath: string;
      /** Asked what the other hears before the person; null: nothing. */
      briefingPath: string | null;
    }
  | {
      /** Says this twice, hears what is answered by key or voice, and hangs up when nothing is. */
      type: 'brief';
      text: string;
      language: string;
      answerPath: string;
    }
  | { type: 'say-and-hang-up'; text: string; language: string }
  | { type: 'hang-up' }
  | { type: 'acknowledge' };
