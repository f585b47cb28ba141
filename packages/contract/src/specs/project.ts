import * as z from "zod";
import { pageFields } from "../page.ts";
import { Timestamp } from "../values.ts";
import { ProjectId } from "../ids.ts";

/** One git repository that specs work on; made by the first spec on it. */
export const Project = z
  .object({
    id: ProjectId,
    name: z.string(),
    /** Absolute path or URL of the user's repository. */
    repository: z.string(),
    default_branch: z.string(),
    created_at: Timestamp,
  })
  .meta({ id: "Project" });

export const ListProjects = z.object({ ...pageFields });
export const GetProject = z.object({ id: ProjectId });
