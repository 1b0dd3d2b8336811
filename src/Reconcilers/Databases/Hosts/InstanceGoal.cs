namespace Drydock.Reconcilers.Databases;

/// <summary>The program that an instance is to run, and the one that it replaces. The reverse is the
/// rollback.</summary>
/// <param name="FormerVersion">Version of the one that is replaced: the suffix under which it is kept beside the new
/// one.</param>
/// <param name="FormerSha256">Empty if it is not known.</param>
/// <param name="FormerDirectory">The former target of deployDir if it is a symbolic link; null otherwise.</param>
internal sealed record InstanceGoal(
    string Directory, string Sha256, string FormerVersion, string FormerSha256, string? FormerDirectory)
{
    public string Version { get; init; } = "";

    public bool IsReached(InstanceProcess process) => process.Pid is not null && process.ExecutableSha256 == Sha256;
}
