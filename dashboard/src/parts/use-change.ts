/** A change that was asked of the server: whether it is under way, what was refused, and what is read again. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Problem, wordsOf } from '../api/problem.ts';

export function useChange<Input, Answer>(options: {
  send(input: Input): Promise<Answer>;
  /** First words of the queries that the change makes old. */
  touches: readonly string[];
  done?(answer: Answer): void;
}) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: options.send,
    onSuccess: async (answer) => {
      await Promise.all(options.touches.map((name) => client.invalidateQueries({ queryKey: [name] })));
      options.done?.(answer);
    },
  });
  const { error } = mutation;
  return {
    run: (input: Input) => mutation.mutate(input),
    isRunning: mutation.isPending,
    /** Of the last time that it was done. */
    answer: mutation.data,
    reset: mutation.reset,
    refusal: error === null ? null : wordsOf(error),
    fields: error instanceof Problem ? error.fields : new Map<string, string>(),
  };
}
