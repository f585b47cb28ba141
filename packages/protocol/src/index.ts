export { closedPipeExitCode, exitCodes, signalExitCodes } from "./exit-codes.ts";
export {
  CodedError,
  RetryableError,
  TerminalError,
  UserError,
  errorBody,
  errorCategories,
  isCodedError,
} from "./errors.ts";
export type { CodedErrorOptions, ErrorBody, ErrorCategory } from "./errors.ts";
