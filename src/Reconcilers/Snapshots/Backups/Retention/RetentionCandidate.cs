namespace Drydock.Reconcilers.Snapshots;

/// <summary>One snapshot of a series, as retention sees it.</summary>
/// <param name="Name">Its object.</param>
/// <param name="TakenAt">When it was verified, by its manifest.</param>
/// <param name="IsGood">Manifest and all files are there with the recorded sizes.</param>
/// <param name="NeededBy">Who needs it, as a sentence; null: nobody.</param>
internal sealed record RetentionCandidate(string Name, DateTimeOffset TakenAt, bool IsGood, string? NeededBy);
