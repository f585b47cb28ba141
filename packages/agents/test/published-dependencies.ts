import { registerHooks } from "node:module";

/**
 * Tests resolve workspace packages to their sources by the condition `source`. The AI SDK's eventsource-parser has that
 * condition too and points it at TypeScript, which Node refuses below node_modules: there it is taken out.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (context.parentURL?.includes("/node_modules/") !== true)
      return nextResolve(specifier, context);
    const conditions = context.conditions.filter((condition) => condition !== "source");
    return nextResolve(specifier, { ...context, conditions });
  },
});
