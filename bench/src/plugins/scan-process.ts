/** The floor of reading lines of JSON: every one from standard input is parsed, none is passed on. Says how many there were. */
let rest = "";
let count = 0;
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  const text = rest + String(chunk);
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    JSON.parse(text.slice(start, end));
    count += 1;
    start = end + 1;
  }
  rest = text.slice(start);
});
process.stdin.on("end", () => console.log(count));
