import { text } from '../text.ts'

/** What went wrong, in words that say what to do. */
export const failureText = ({ code, message }: { code: string; message: string }): string =>
  text.failures[code] ?? text.failed(`${message} [${code}]`)

export const FailureNote = ({ failure }: { failure: { code: string; message: string } }) => (
  <p class="failure" role="alert">
    {failureText(failure)}
  </p>
)
