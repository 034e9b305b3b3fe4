/** The items of a Realtime conversation in their order: as the wire shows them, and as the brain reads them. */
import type { Said } from '../ask-brain.ts';
import type { ClientItem } from './client-events.ts';

export interface WireItem {
  id: string;
  type: 'message' | 'function_call' | 'function_call_output';
  [field: string]: unknown;
}

export interface ConversationItem {
  wire: WireItem;
  /** What it adds to the conversation; null for nothing. */
  said: Said | null;
  /** A system message adds this to the instructions. */
  instruction?: string;
  /** Of an agent's message: its words, when each has sounded, and how much sound was sent. */
  speech?: { words: { text: string; endMs: number }[]; sentMs: number };
}

export class ConversationItems {
  #items: ConversationItem[] = [];

  /** Id of the last item; null for none. */
  get lastId(): string | null {
    return this.#items.at(-1)?.wire.id ?? null;
  }

  find(id: string): ConversationItem | null {
    return this.#items.find(({ wire }) => wire.id === id) ?? null;
  }

  /** Puts it behind another, at the beginning (`root`), or at the end (null). Gives the id before it; undefined: no such item. */
  add(item: ConversationItem, after: string | null): string | null | undefined {
    const at = after === 'root' ? 0 : this.#items.findIndex(({ wire }) => wire.id === after) + 1;
    if (after !== null && after !== 'root' && at === 0) return undefined;
    const place = after === null ? this.#items.length : at;
    this.#items.splice(place, 0, item);
    return this.#items[place - 1]?.wire.id ?? null;
  }

  /** Id of the item before it; null for none. */
  before(id: string): string | null {
    const at = this.#items.findIndex(({ wire }) => wire.id === id);
    return this.#items[at - 1]?.wire.id ?? null;
  }

  /** False when there is no such item. */
  remove(id: string): boolean {
    const before = this.#items.length;
    this.#items = this.#items.filter(({ wire }) => wire.id !== id);
    return this.#items.length < before;
  }

  /** The name of the tool that was called so; null when none was. */
  findCall(callId: string): string | null {
    const call = this.#items.find(({ wire }) => wire.type === 'function_call' && wire.call_id === callId);
    return call ? String(call.wire.name) : null;
  }

  get said(): Said[] {
    return this.#items.flatMap(({ said }) => (said ? [{ ...said }] : []));
  }

  get instructions(): string[] {
    return this.#items.flatMap(({ instruction }) => (instruction === undefined ? [] : [instruction]));
  }
}

/** An item that the client made. */
export function toConversationItem(item: ClientItem, id: string, toolName: string | null): ConversationItem {
  const wire: WireItem = { ...item, id, object: 'realtime.item', status: 'completed' };
  if (item.type === 'function_call') return { wire, said: null };
  if (item.type === 'function_call_output') {
    return { wire, said: { by: 'tool', name: toolName ?? '', text: item.output } };
  }
  const text = item.content.map((part) => part.text ?? part.transcript ?? '').join('');
  if (item.role === 'system') return { wire, said: null, instruction: text };
  return { wire, said: { by: item.role === 'user' ? 'person' : 'agent', text } };
}
