/**
 * What DBOS is launched with. It records all of it in its schema and with every workflow, strands what was recorded under
 * other values and refuses a seed built with them; so none of it follows the package's version.
 */
export const durableApplication = { name: "aomori", version: "1", schema: "dbos" } as const;
