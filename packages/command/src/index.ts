export { capabilitiesDocument, schemaDocument } from "./discovery.ts";
export { commandFromOperation, withoutSchema } from "./command-from-operation.ts";
export type { CommandOverrides } from "./command-from-operation.ts";
export type {
  CommandEntry,
  CommandSpec,
  FlagSpec,
  PositionalSpec,
  ValueType,
} from "./command-spec.ts";
export { audited } from "./audited.ts";
export { Plan } from "./command-handler.ts";
export type {
  CommandHandler,
  CommandModule,
  CommandRequest,
  Notice,
  PlannedAction,
  StreamedEvent,
  TakenCall,
  View,
  ViewTerminal,
} from "./command-handler.ts";
export { builtinNames, shells } from "./builtin-specs.ts";
export type { Shell } from "./builtin-specs.ts";
export { completionScript } from "./completion.ts";
export { processContext } from "./context.ts";
export type { CommandContext, ProgramIdentity, Terminal } from "./context.ts";
export { didYouMean, nearest } from "@aomori/protocol";
export { doctorHandler } from "./doctor.ts";
export type { CheckResult, DoctorCheck } from "./doctor.ts";
export { parseDuration } from "./duration.ts";
export { formats } from "./global-flags.ts";
export type { Format, GlobalFlags } from "./global-flags.ts";
export { commandHelp, groupHelp, versionText } from "./help.ts";
export { operationHandler } from "./operation-handler.ts";
export { createPaint, paintFor } from "./paint.ts";
export type { Paint } from "./paint.ts";
export { formatIn, parseArguments } from "./parse-arguments.ts";
export type { ParsedArguments } from "./parse-arguments.ts";
export type { Prose } from "./prose.ts";
export { resolveCommand } from "./resolve-command.ts";
export type { Resolution, UnknownWords } from "./resolve-command.ts";
export { failRun, runCommand } from "./run-command.ts";
export type { CommandRun } from "./run-command.ts";
export { runProgram } from "./run-program.ts";
export type { ExternalCommands, ExternalCompletion, Program } from "./program.ts";
export { cellText, renderFields, renderTable } from "./table.ts";
export type { TableOptions } from "./table.ts";
export { padEnd, textWidth, truncate, wrap } from "./text-width.ts";
