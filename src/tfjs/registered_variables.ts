import { engine } from '@tensorflow/tfjs-core';

/*
 * Relies on `engine().registeredVariables`, where tfjs-core keeps every variable, by name, until it is
 * disposed. Layers register their weights when they are built; a model that fails in between leaves them.
 */

/** Runs `build`; if it throws, disposes of the variables that it has made so far. */
export function disposingOnError<Result>(build: () => Result): Result {
  const before = new Set(Object.values(engine().registeredVariables));
  try {
    return build();
  } catch (error) {
    for (const variable of Object.values(engine().registeredVariables)) {
      if (!before.has(variable)) variable.dispose();
    }
    throw error;
  }
}
