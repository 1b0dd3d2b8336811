namespace Drydock.Clients.Snapshots;

/// <summary>The outcome of looking at a stored snapshot.</summary>
/// <param name="Manifest">What it should be.</param>
/// <param name="Findings">Everything that is not as the manifest says, one sentence each; empty when all is
/// well.</param>
public sealed record SnapshotVerification(SnapshotManifest Manifest, IReadOnlyList<SnapshotFinding> Findings)
{
    /// <summary>Nothing was found.</summary>
    public bool IsGood => Findings.Count == 0;
}
