import { registerHooks } from "node:module";

/**
 * Lets packages of others be loaded as published. Tests run with the `source` condition so that
 * workspace packages resolve to their sources; eventsource-parser, which the AI SDK needs, has
 * that condition too and points it at TypeScript, which Node refuses below node_modules.
 * Import this before such a package.
 */
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    context.parentURL?.includes("/node_modules/")
      ? nextResolve(specifier, {
          ...context,
          conditions: context.conditions.filter((condition) => condition !== "source"),
        })
      : nextResolve(specifier, context),
});
