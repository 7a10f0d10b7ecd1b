import type { Answer, Question } from '../model/predictor';
import type { Rows } from '../model/rows';

/** How a protocol writes the tensors of one model in bodies. */
export interface Codec {
  /** @throws BadBody if the body is not what the model takes; the message says what that is. */
  read(question: Question): Asked;
}

/** What a body asks for. */
export interface Asked {
  readonly rows: Rows;
  /** The answer that has the outputs for the rows. */
  answer(outputs: Rows): Answer;
}
