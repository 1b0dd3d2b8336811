using System.Text.Json.Serialization;
using Drydock.Cli.Views;

namespace Drydock.Cli.Dashboard;

/// <summary>What the page has to know once.</summary>
internal sealed record AboutView(string Server, string? Namespace, bool IsWritable);

/// <summary>All runs that the user may see.</summary>
/// <param name="At">When this was computed.</param>
/// <param name="Runs">The runs, sorted by namespace and name.</param>
/// <param name="Problems">Why runs may be missing, as sentences.</param>
internal sealed record RunListView(
    DateTimeOffset At, IReadOnlyList<RunSummary> Runs, IReadOnlyList<string> Problems);

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

    /// <summary>When the first step began; null if none has.</summary>
    public DateTimeOffset? FirstStepAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public DateTimeOffset? DowntimeSince { get; init; }

    /// <summary>Seconds that the system was down, or is down so far; null if it was not.</summary>
    public double? DowntimeSeconds { get; init; }

    /// <summary>How many holds it waits at.</summary>
    public int Holds { get; init; }
}

/// <summary>One run with everything that the page shows of it.</summary>
internal sealed record RunPageView
{
    public required RunView Run { get; init; }

    public required string Uid { get; init; }

    /// <summary>The system that is upgraded, as the operator describes it.</summary>
    public string? Target { get; init; }

    public required IReadOnlyList<DowntimeView> Downtimes { get; init; }

    public required IReadOnlyList<SnapshotName> Snapshots { get; init; }

    public required IReadOnlyList<HistoryEntry> History { get; init; }
}

/// <summary>A time in which the system was down.</summary>
/// <param name="From">Since when.</param>
/// <param name="To">Until when; null while it is down.</param>
internal sealed record DowntimeView(DateTimeOffset From, DateTimeOffset? To);

/// <summary>A snapshot that the run refers to.</summary>
/// <param name="Name">Name of the BackupSnapshot in the namespace of the run.</param>
/// <param name="Purpose">What it was taken for.</param>
internal sealed record SnapshotName(string Name, string Purpose);

/// <summary>A snapshot as it is.</summary>
internal sealed record SnapshotView(string Name, string Purpose)
{
    public string? Phase { get; init; }

    public string? Message { get; init; }

    public string? Size { get; init; }

    public string? Path { get; init; }

    public bool? Verified { get; init; }

    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>Why nothing more is known; null if it could be read.</summary>
    public string? Problem { get; init; }
}

/// <summary>The plans of a run as they were compiled. They do not change while their hash is the same.</summary>
internal sealed record PlanGraphView(string Name, string Hash, IReadOnlyList<GraphStepView> Steps);

/// <summary>One step of a plan: what will be done, and after what.</summary>
internal sealed record GraphStepView
{
    public required string Id { get; init; }

    public required IReadOnlyList<string> After { get; init; }

    public required string Action { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required string Timeout { get; init; }

    public int MaxAttempts { get; init; }

    public bool Reversible { get; init; }
}

/// <summary>What differs between two plans.</summary>
internal sealed record DifferenceView
{
    public required PlanName Before { get; init; }

    public required PlanName After { get; init; }

    public required IReadOnlyList<StepName> Added { get; init; }

    public required IReadOnlyList<StepName> Removed { get; init; }

    public required IReadOnlyList<ChangedStepView> Changed { get; init; }

    public required IReadOnlyList<string> AddedNotes { get; init; }

    public required IReadOnlyList<string> RemovedNotes { get; init; }
}

/// <summary>A plan of a run.</summary>
internal sealed record PlanName(string Run, string Plan, string Hash);

/// <summary>A step that only one of two plans has.</summary>
internal sealed record StepName(string Id, string Title);

/// <summary>A step that does something else in the other plan.</summary>
internal sealed record ChangedStepView(string Id, IReadOnlyList<FieldView> Fields);

/// <summary>A parameter or property with its two values; null if it is absent.</summary>
internal sealed record FieldView(string Name, string? Before, string? After);

/// <summary>What a change would do.</summary>
internal sealed record PreviewView(string Sentence, string Command);

/// <summary>A change that the user has agreed to.</summary>
internal sealed record ChangeRequest
{
    public string Verb { get; init; } = "";

    public string? Argument { get; init; }

    /// <summary>The sentence that the user has read.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>The object that the user has seen.</summary>
    public string Uid { get; init; } = "";
}

/// <summary>What came of a change.</summary>
/// <param name="Sentence">For the user.</param>
/// <param name="IsRefused">Whether nothing was written, or the operator ignored it.</param>
internal sealed record OutcomeView(string Sentence, bool IsRefused);

/// <summary>Why a request failed.</summary>
internal sealed record MessageView(string Message);

/// <summary>How the views of the page are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(AboutView))]
[JsonSerializable(typeof(RunListView))]
[JsonSerializable(typeof(RunPageView))]
[JsonSerializable(typeof(IReadOnlyList<PlanGraphView>))]
[JsonSerializable(typeof(IReadOnlyList<SnapshotView>))]
[JsonSerializable(typeof(DifferenceView))]
[JsonSerializable(typeof(PreviewView))]
[JsonSerializable(typeof(ChangeRequest))]
[JsonSerializable(typeof(OutcomeView))]
[JsonSerializable(typeof(MessageView))]
internal sealed partial class DashboardJsonContext : JsonSerializerContext;
