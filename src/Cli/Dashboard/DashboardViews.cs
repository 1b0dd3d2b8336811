namespace Drydock.Cli.Dashboard;

/// <summary>What the page has to know once.</summary>
internal sealed record AboutView(string Server, string? Namespace);

/// <summary>The runs that the user may see.</summary>
/// <param name="Runs">The runs without their plans, sorted by namespace and name.</param>
/// <param name="Problems">Why runs may be missing, as sentences.</param>
internal sealed record RunListView(DateTimeOffset At, IReadOnlyList<RunView> Runs, IReadOnlyList<string> Problems);

/// <summary>One run with everything that the page shows of it.</summary>
internal sealed record RunPageView
{
    public required RunView Run { get; init; }

    public string? Target { get; init; }

    /// <summary>Null if the status of this kind does not measure them.</summary>
    public IReadOnlyList<DowntimeView>? Downtimes { get; init; }

    /// <summary>The attempts that failed and were ended by a retry, also when the plan tells only of a later
    /// one.</summary>
    public required IReadOnlyList<AttemptView> Attempts { get; init; }

    public required IReadOnlyList<SnapshotView> Snapshots { get; init; }

    public required IReadOnlyList<HistoryEntry> History { get; init; }

    /// <summary>What the reason of a failure means; null if nothing has failed.</summary>
    public string? Explanation { get; init; }
}

/// <summary>A time in which the system was down.</summary>
/// <param name="To">Until when; null while it is down.</param>
internal sealed record DowntimeView(DateTimeOffset From, DateTimeOffset? To);

/// <summary>An attempt that failed.</summary>
/// <param name="To">When a retry ended it.</param>
/// <param name="Text">How it ended, as a sentence.</param>
internal sealed record AttemptView(int Number, DateTimeOffset From, DateTimeOffset To, string Text);

/// <summary>A snapshot that the run refers to.</summary>
/// <param name="Name">Name of the BackupSnapshot in the namespace of the run.</param>
/// <param name="Purpose">What it was taken for.</param>
internal sealed record SnapshotView(string Name, string Purpose)
{
    public string? Phase { get; init; }

    public string? Message { get; init; }

    public string? Size { get; init; }

    public string? Verified { get; init; }

    public IReadOnlyList<string> Databases { get; init; } = [];

    public string? Problem { get; init; }
}

/// <summary>Why a request failed.</summary>
internal sealed record MessageView(string Message);
