import type { RepositoryPlace } from "../source/source-url.ts";

/** Who may attest: a certificate's subject and the issuer of the token behind it, both to the letter. */
export interface SigstoreIdentity {
  readonly subject: string;
  readonly issuer: string;
}

const gitHubIssuer = "https://token.actions.githubusercontent.com";

/**
 * True for a workflow of the repository itself, run on one of its branches or tags: `https://github.com/O/R/.github/workflows/FILE@refs/…`.
 * A run on a pull request acts for whoever wrote the request.
 */
export function isOwnWorkflow(
  { owner, repository }: RepositoryPlace,
  { subject, issuer }: SigstoreIdentity,
): boolean {
  const match =
    /^https:\/\/github\.com\/([^/@]+)\/([^/@]+)\/\.github\/workflows\/[^/@]+@refs\/(?:heads|tags)\/.+$/.exec(
      subject,
    );
  const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();
  return issuer === gitHubIssuer && same(match?.[1], owner) && same(match?.[2], repository);
}

/** The subject without the branch or tag of its run, which changes with every release. */
export function lastingSubject(subject: string): string {
  return subject.replace(/@refs\/.*$/, "");
}
