import { SingleBar } from 'cli-progress';

/** A bar of so many steps that is shown, with a line now and then where the output is no terminal. */
export function progressBar(steps: number): SingleBar {
  const bar = new SingleBar({
    format: '{bar} {percentage} % {duration_formatted} {task}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(steps, 0, { task: 'starting' });
  return bar;
}
