namespace Drydock.Clients.Snapshots;

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Failure">Its kind.</param>
/// <param name="Database">In which database.</param>
/// <param name="Message">What, where, expected and found.</param>
public sealed record SnapshotFinding(SnapshotFailure Failure, string Database, string Message);
