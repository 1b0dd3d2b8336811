namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What one job has seen of the drain of a TiKV. It decides only how close the next look has to be; without
/// it, everything is looked at.</summary>
internal sealed class TikvDrainView
{
    // Whether the scheduler is still there and PD still counts is asked this often.
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);

    private PdStore? _store;
    private DateTimeOffset? _wholeAt;

    public DrainPace Pace { get; } = new();

    /// <summary>Since when PD has not counted leaders; null while it does.</summary>
    public DateTimeOffset? UncountedSince { get; private set; }

    /// <summary>Since when PD counts leaders again; null if it always did.</summary>
    public DateTimeOffset? CountedSince { get; private set; }

    /// <summary>Since when PD has not heard of all Regions of the store; null while it has.</summary>
    public DateTimeOffset? UnheardSince { get; private set; }

    /// <summary>Since when the drain cannot be observed; null while it can.</summary>
    public DateTimeOffset? UnreadableSince { get; set; }

    public bool HasSeen => _store is not null;

    public bool MayLookBriefly(DateTimeOffset now) =>
        UncountedSince is null && _wholeAt is { } at && now - at < WholeEvery;

    public bool IsSameProcess(PdStore? store) =>
        store is { IsUp: true } && store.StartedAt == _store?.StartedAt && store.Version == _store?.Version;

    public void Saw(StoreDrain drain, DateTimeOffset now)
    {
        if (UncountedSince is not null && drain.IsCounted)
        {
            CountedSince = now;
        }

        UncountedSince = drain.IsCounted ? null : UncountedSince ?? now;

        UnheardSince = drain.Unheard is null ? null : UnheardSince ?? now;

        // Before the scheduler is there, every look is a whole one.
        _store = drain.Store;
        _wholeAt = drain.IsEvicted ? now : null;
    }
}
