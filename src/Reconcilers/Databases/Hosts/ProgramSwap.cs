namespace Drydock.Reconcilers.Databases;

/// <summary>The replacement of a program by another. The reverse is the rollback.</summary>
/// <param name="Directory">The new version's directory.</param>
/// <param name="Sha256">SHA-256 of the new program.</param>
/// <param name="FormerVersion">Version of the one that is replaced: the suffix under which it is kept beside the new
/// one.</param>
/// <param name="FormerSha256">SHA-256 of the program that is replaced.</param>
/// <param name="FormerDirectory">The former target of deployDir if it is a symbolic link; null otherwise.</param>
internal sealed record ProgramSwap(
    string Directory, string Sha256, string FormerVersion, string FormerSha256, string? FormerDirectory);
