namespace Drydock.Abstractions.Plans;

/// <summary>
/// One action on one node, database or cluster: what will be done, and what has come of it so far. What most steps have
/// alike is not written, nor what the id of a step that is over says by itself: a plan may have a thousand of them, and
/// two plans are in one object.
/// </summary>
public sealed record PlanStep : ISparselyWritten
{
    /// <summary>Stable id, <c>Phase/name</c>, for instance <c>StopOld/oms-a</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>The phase it belongs to; unless told, the first part of its id.</summary>
    public string Phase { get => field.Length > 0 ? field : PhaseInId; init; } = "";

    /// <summary>The node, database or cluster it acts on; null when it acts on the whole system.</summary>
    public string? Node { get; init; }

    /// <summary>A few words for people; unless told, what its id says. Not part of the hash.</summary>
    public string Title { get => field.Length > 0 ? field : TitleInId; init; } = "";

    /// <summary>Ids of the steps that must have succeeded before.</summary>
    public List<string> After { get; init; } = [];

    /// <summary>The name of the action that carries it out.</summary>
    public string Action { get; init; } = "";

    /// <summary>What exactly is done to what. Never a secret.</summary>
    public SortedDictionary<string, string> Parameters { get; init; } = new(StringComparer.Ordinal);

    /// <summary>
    /// How long one attempt may take, as a duration string (<c>10m</c>), when the plan was compiled; the present value
    /// of the spec wins. Not part of the hash.
    /// </summary>
    public string Timeout { get; init; } = "10m";

    /// <summary>How many attempts are made without asking; 1 for a run-once step.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>True if the action must never run twice on the same data.</summary>
    public bool RunOnce { get; init; }

    /// <summary>What a <c>retry</c> token may do after this step failed.</summary>
    public RetryRule Retry { get; init; }

    /// <summary>Whether a rollback can undo it.</summary>
    public bool Reversible { get; init; } = true;

    /// <summary>True if from here on the way back loses data or does not exist.</summary>
    public bool PointOfNoReturn { get; init; }

    /// <summary>Where it stands.</summary>
    public StepState State { get; init; }

    /// <summary>Attempts begun in all; never goes back, so that each attempt leaves its own traces.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// Attempts begun since the start or the last <c>retry</c>; held against <see cref="MaxAttempts"/>, and of no use
    /// once the step is over: it is not written then.
    /// </summary>
    public int Tries { get; init; }

    /// <summary>When the present attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Stable word for why it failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// Opaque strings by which the one execution is found again, written before the action, and facts learned from it.
    /// No API.
    /// </summary>
    public SortedDictionary<string, string>? Receipt { get; init; }

    /// <summary>Name of the Secret that holds the end of the action's output.</summary>
    public string? OutputRef { get; init; }

    private string PhaseInId => Id[..Math.Max(Id.IndexOf('/', StringComparison.Ordinal), 0)];

    // UpgradeTiKV/tikv-1-drain: "drain tikv-1".
    private string TitleInId
    {
        get
        {
            var name = Id[(Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
            return Node is { Length: > 0 } node && name.StartsWith($"{node}-", StringComparison.Ordinal) ? $"{name[(node.Length + 1)..]} {node}" : name;
        }
    }

    /// <inheritdoc />
    public bool IsWritten(string property) => property switch
    {
        nameof(Phase) => State != StepState.Succeeded || !string.Equals(Phase, PhaseInId, StringComparison.Ordinal),
        nameof(Title) => Title.Length > 0 && (State != StepState.Succeeded || !string.Equals(Title, TitleInId, StringComparison.Ordinal)),
        nameof(After) => After.Count > 0,
        nameof(Parameters) => Parameters.Count > 0,
        nameof(Timeout) => Timeout.Length > 0,
        nameof(MaxAttempts) => MaxAttempts > 0,
        nameof(RunOnce) => RunOnce,
        nameof(Retry) => Retry != default,
        nameof(Reversible) => !Reversible,
        nameof(PointOfNoReturn) => PointOfNoReturn,
        nameof(Attempt) => Attempt > 0,
        nameof(Tries) => Tries > 0 && State != StepState.Succeeded,
        _ => true,
    };
}
