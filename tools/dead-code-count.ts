import type { Reporter } from "knip";

/** Says how many files knip has read; its own reporters do not. */
const reportCount: Reporter = ({ counters }) => {
  console.log(`dead code: ${counters.total} files`);
};

export default reportCount;
