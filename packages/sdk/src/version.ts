/** This package's version, which every request carries; a test holds it to package.json. */
export const sdkVersion = "0.1.0";
