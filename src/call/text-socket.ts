/** A socket of the carrier as the engines of a conversation see it. */

export interface TextSocket {
  send(frame: string): void;
  close(code: number, reason: string): void;
  /** Frames that came before wait for the first who listens; a later listener takes the place of the one before. */
  onFrame(listener: (frame: string) => void): void;
  /** `clean` when the other side said that it was done. */
  onClose(listener: (clean: boolean) => void): void;
}
