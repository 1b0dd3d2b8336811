namespace Drydock.Cli.Dashboard;

/// <summary>What the page has to know once.</summary>
internal sealed record AboutView(string Server, string? Namespace);

/// <summary>The runs that the user may see, or those of them that changed.</summary>
/// <param name="At">When this was computed.</param>
/// <param name="Serial">What the page sends with its next request.</param>
/// <param name="IsWhole">Whether these are all runs, and not only those that changed.</param>
/// <param name="Runs">The runs, sorted by namespace and name.</param>
/// <param name="Problems">Why runs may be missing, as sentences.</param>
internal sealed record RunListView(
    DateTimeOffset At, long Serial, bool IsWhole, IReadOnlyList<RunSummary> Runs, IReadOnlyList<string> Problems);

/// <summary>One run of a list.</summary>
internal sealed record RunSummary
{
    public required string Kind { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string FromVersion { get; init; }

    public required string ToVersion { get; init; }

    public required RunState State { get; init; }

    public required string Phase { get; init; }

    public required string Reason { get; init; }

    public required string Message { get; init; }

    public string? Progress { get; init; }

    public DateTimeOffset? FirstStepAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public DateTimeOffset? DowntimeSince { get; init; }

    public double? DowntimeSeconds { get; init; }
}

/// <summary>One run with everything that the page shows of it.</summary>
internal sealed record RunPageView
{
    public required RunView Run { get; init; }

    /// <summary>The state of the system that is upgraded, as a sentence; null if the status does not say it.</summary>
    public string? System { get; init; }

    public string? Target { get; init; }

    /// <summary>Null if the status of this kind does not measure them.</summary>
    public IReadOnlyList<DowntimeView>? Downtimes { get; init; }

    public required IReadOnlyList<SnapshotView> Snapshots { get; init; }

    public required IReadOnlyList<HistoryEntry> History { get; init; }
}

/// <summary>A time in which the system was down.</summary>
/// <param name="From">Since when.</param>
/// <param name="To">Until when; null while it is down.</param>
internal sealed record DowntimeView(DateTimeOffset From, DateTimeOffset? To);

/// <summary>A snapshot that the run refers to.</summary>
/// <param name="Name">Name of the BackupSnapshot in the namespace of the run.</param>
/// <param name="Purpose">What it was taken for.</param>
internal sealed record SnapshotView(string Name, string Purpose)
{
    public string? Phase { get; init; }

    public string? Message { get; init; }

    public string? Size { get; init; }

    public bool? Verified { get; init; }

    public IReadOnlyList<string> Databases { get; init; } = [];

    public string? Problem { get; init; }
}

/// <summary>Why a request failed.</summary>
internal sealed record MessageView(string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(AboutView))]
[JsonSerializable(typeof(RunListView))]
[JsonSerializable(typeof(RunPageView))]
[JsonSerializable(typeof(IReadOnlyList<SnapshotView>))]
[JsonSerializable(typeof(MessageView))]
internal sealed partial class DashboardJsonContext : JsonSerializerContext;
