/** This package's version; a test holds it to package.json. */
export const linterVersion = "0.1.0";
