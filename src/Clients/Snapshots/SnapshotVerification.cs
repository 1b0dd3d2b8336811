namespace Drydock.Clients.Snapshots;

/// <summary>The result of verifying a stored snapshot.</summary>
/// <param name="Manifest">The expected content.</param>
/// <param name="Findings">All differences from the manifest, one sentence each; empty if there are none.</param>
public sealed record SnapshotVerification(SnapshotManifest Manifest, IReadOnlyList<SnapshotFinding> Findings)
{
    /// <summary>Definitions that the server prints differently after a load. They do not make it wrong.</summary>
    public IReadOnlyList<SnapshotFinding> Warnings { get; init; } = [];

    public bool IsGood => Findings.Count == 0;
}

/// <summary>One difference or problem.</summary>
/// <param name="Failure">Its kind.</param>
/// <param name="Database">The database.</param>
/// <param name="Message">What differs, where, expected and actual.</param>
public sealed record SnapshotFinding(SnapshotFailure Failure, string Database, string Message)
{
    public bool IsWarning { get; init; }
}
