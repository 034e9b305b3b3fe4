/** What came of a tool that an assistant asked for. */

export interface EndsCall {
  reason: 'assistant_hung_up' | 'asked_not_to_be_called' | 'transferring';
}

export interface ToolOutcome {
  id: string;
  /** What the assistant is told. */
  content: string;
  endsCall: EndsCall | null;
  failed: boolean;
}
