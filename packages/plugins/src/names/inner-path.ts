/** A path that stays below the folder it is read from: relative, with `/`, without `.` and `..`. */
const innerPath = /^(?!\/)(?!(.*\/)?\.\.?(\/|$))(?!.*\/\/)[^\\\0]+$/;

export const isInnerPath = (path: string): boolean => innerPath.test(path);
