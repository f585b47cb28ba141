export { identity, version } from "./identity.ts";
