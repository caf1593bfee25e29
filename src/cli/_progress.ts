import type { Terminal } from './_command.ts'

export type Progress = {
  /** Says that `done` units are finished, of `total` where it was not known before; a label replaces the one before. */
  update(done: number, total?: number, label?: string): void
  stop(): void
}

const SILENT: Progress = { update: () => {}, stop: () => {} }

/** A progress bar on stderr with the remaining time; silent when nobody watches. */
export const progress = async (terminal: Terminal, label: string, total: number): Promise<Progress> => {
  if (!terminal.interactive) return SILENT
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: `{label} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  })
  bar.start(total, 0, { label })
  return {
    update: (done, newTotal, newLabel) => {
      if (newTotal !== undefined) bar.setTotal(newTotal)
      bar.update(done, newLabel === undefined ? {} : { label: newLabel })
    },
    stop: () => bar.stop(),
  }
}
