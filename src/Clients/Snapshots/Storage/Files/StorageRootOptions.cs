namespace Drydock.Clients.Snapshots;

/// <summary>How blocking calls to a storage root are bounded.</summary>
public sealed record StorageRootOptions
{
    /// <summary>How many calls run at a time, each on a thread of its own. Default 4.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>How long one call may take before the root counts as hung. Default one minute: far longer than any
    /// call to a volume that works, also while 16 MiB are synced to a slow disk.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);
}
