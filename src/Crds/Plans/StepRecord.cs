namespace Drydock.Crds.Plans;

/// <summary>What happened to one step of a plan so far. Its fields are those of <see cref="StoredStep"/>.</summary>
public sealed record StepRecord
{
    /// <summary>Nothing happened.</summary>
    public static StepRecord None { get; } = new();

    public StepState State { get; init; }
    public int Attempt { get; init; }
    public int Tries { get; init; }
    public int Failures { get; init; }
    public bool IsRetried { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? ResumedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public bool Acceptable { get; init; }
    public StepAcceptance? Accepted { get; init; }
    public IReadOnlyDictionary<string, string>? Receipt { get; init; }
    public IReadOnlyDictionary<string, string>? Facts { get; init; }
    public DateTimeOffset? NotTakenSince { get; init; }
    public DateTimeOffset? CleanedUpAt { get; init; }
    public string? OutputRef { get; init; }

    /// <summary>From when the time limits of the current attempt count; null if none is open.</summary>
    public DateTimeOffset? CountsFrom => ResumedAt > StartedAt ? ResumedAt : StartedAt;

    /// <summary>Whether the step has begun since it was planned, or planned once more (<see cref="Repeated"/>). A step
    /// that failed counts, also while its next attempt is awaited and after a retry: it may have changed the
    /// target.</summary>
    public bool HasBegun =>
        State != StepState.Pending || IsRetried || Receipt is not null || this is { Attempt: > 0, Tries: > 0 };

    /// <summary>Whether an attempt has ever begun, also before the step was planned once more.</summary>
    public bool HasEverBegun => State != StepState.Pending || Attempt > 0 || StartedAt is not null;

    /// <summary>The record of a step that is carried out once more, although it had ended: its next attempt leaves
    /// traces of its own.</summary>
    public StepRecord Repeated(string because) => new()
    {
        Attempt = Attempt,
        Failures = Failures,
        ResumedAt = ResumedAt,
        CleanedUpAt = CleanedUpAt,
        Message = because,
    };
}
