namespace Drydock.Reconcilers.Snapshots;

/// <summary>Decides which snapshots of a series are removed. Pure. A snapshot is kept while either field of the policy
/// asks for it. The newest valid one, those that are needed and those that are not valid (their worth is unknown) are
/// kept whatever the policy says. Only valid ones count for <c>keepLast</c>. Ages and order are those of the objects,
/// by the API server's clock. So nothing is removed that was created after the newest valid one.</summary>
internal static class RetentionRules
{
    /// <param name="series">All snapshots of the series whose manifests can be read; of those that were created in the
    /// same second, the newer first.</param>
    /// <param name="policy">The policy; null or without fields keeps everything.</param>
    /// <param name="now">The time of the API server.</param>
    public static RetentionChoice Choose(
        IReadOnlyCollection<RetentionCandidate> series, RetentionSpec? policy, DateTimeOffset now)
    {
        if (policy is null or { KeepLast: null, KeepFor: null })
        {
            return new RetentionChoice([], []);
        }

        var remove = new List<KeyValuePair<string, string>>();
        var kept = new List<KeyValuePair<string, string>>();
        var good = 0;
        foreach (var one in series.OrderByDescending(c => c.TakenAt))
        {
            good += one.Counts ? 1 : 0;
            var byCount = policy.KeepLast is { } last && (one.Counts ? good <= last : good < last);
            var byAge = policy.KeepFor is { } keep && !DueTime.IsOlder(one.TakenAt, keep, now);
            if (byCount || byAge || (one.Counts && good == 1))
            {
                continue;
            }

            if (one.NeededBy is not null)
            {
                kept.Add(new(one.Name, one.NeededBy));
            }
            else if (!one.Counts)
            {
                kept.Add(
                    new(
                        one.Name,
                        one.Doubt
                            ?? "Some of its files are missing or do not have the recorded sizes. Check the storage, "
                            + "then keep or delete the object."));
            }
            else
            {
                remove.Add(new(one.Name, Why(policy, good, one.TakenAt)));
            }
        }

        remove.Reverse();
        return new RetentionChoice(remove, kept);
    }

    private static string Why(RetentionSpec policy, int rank, DateTimeOffset takenAt) =>
        $"it is number {rank} of its series by age, created {takenAt:u}, and the policy "
        + $"keeps{(policy.KeepLast is { } last ? $" the newest {last}" : "")}"
        + $"{(policy is { KeepLast: not null, KeepFor: not null } ? " and" : "")}"
        + $"{(policy.KeepFor is { } age ? $" those of the last {age}" : "")}";
}

/// <summary>A snapshot of a series, as retention judges it.</summary>
/// <param name="TakenAt">When its object was created, by the API server's clock.</param>
/// <param name="IsGood">Whether the manifest and all files exist with the recorded sizes.</param>
/// <param name="NeededBy">The object that needs it, as a sentence; null if none does.</param>
internal sealed record RetentionCandidate(string Name, DateTimeOffset TakenAt, bool IsGood, string? NeededBy)
{
    /// <summary>Why its age is not known, as sentences: it never counts as the newest, and is not removed.</summary>
    public string? Doubt { get; init; }

    public bool Counts => IsGood && Doubt is null;
}

/// <summary>The decision of retention about a series.</summary>
/// <param name="Remove">Names of the BackupSnapshots to remove, the oldest first, each with the reason.</param>
/// <param name="Kept">Names of those that the policy no longer keeps and that are kept all the same, each with the
/// reason.</param>
internal sealed record RetentionChoice(
    IReadOnlyList<KeyValuePair<string, string>> Remove, IReadOnlyList<KeyValuePair<string, string>> Kept);
