/** Exit codes of the command line, the same for every verb. */
export const EXIT = { ok: 0, failure: 1, usage: 2, notFound: 3, refused: 4, unreachable: 5, badData: 6 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with an exit code and words for stderr, without a stack trace: the user can do something about it. */
export class CliError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a computation gives. @throws CliError 6 where it throws a RangeError: it cannot take the labels. */
export function ofLabels<Result>(compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(EXIT.badData, error.message, { cause: error });
    throw error;
  }
}
