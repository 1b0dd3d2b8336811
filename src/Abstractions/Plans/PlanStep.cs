namespace Drydock.Abstractions.Plans;

/// <summary>One action on one node, database or cluster: what will be done, and the result so far. Defaults, and values
/// that can be derived from the id of a finished step, are omitted from the stored status: one object may hold two
/// plans of up to 1,000 steps each.</summary>
public sealed record PlanStep : ISparselyWritten
{
    private int _attempt;

    /// <summary>Stable id: <c>Phase/node</c> or <c>Phase/node/verb</c> for a step on a node (<c>StopOld/oms-a</c>,
    /// <c>PrepareImage/oms-a/create</c>), <c>Phase/verb</c> for a step on the whole system
    /// (<c>Verify/hosts</c>).</summary>
    public string Id { get; init; } = "";

    /// <summary>The phase of the step; by default the first part of the id.</summary>
    public string Phase { get => field.Length > 0 ? field : PhaseInId; init; } = "";

    /// <summary>The node, database or cluster the step acts on; null if it acts on the whole system.</summary>
    public string? Node { get; init; }

    /// <summary>What the step does, imperative, for people; by default derived from the id. Not part of the
    /// hash.</summary>
    public string Title { get => field.Length > 0 ? field : TitleInId; init; } = "";

    /// <summary>Ids of the steps that must have succeeded before this step begins.</summary>
    public List<string> After { get; init; } = [];

    /// <summary>The name of the action that carries the step out.</summary>
    public string Action { get; init; } = "";

    /// <summary>The arguments of the action as text, one entry an argument. Never a secret.</summary>
    public SortedDictionary<string, string> Parameters { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The time limit of one attempt as a duration string (<c>10m</c>) when the plan was compiled; the current
    /// value of the spec takes precedence. Not part of the hash. Omitted once the step has succeeded.</summary>
    public string Timeout { get; init; } = "10m";

    /// <summary>The number of attempts that are made automatically; 1 for a run-once step.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>True if the action must never run twice on the same data.</summary>
    public bool RunOnce { get; init; }

    /// <summary>What a <c>retry</c> token may do after this step failed.</summary>
    public RetryRule Retry { get; init; }

    /// <summary>Whether a rollback can undo the step.</summary>
    public bool Reversible { get; init; } = true;

    /// <summary>True if from this step on a rollback loses data or is impossible.</summary>
    public bool PointOfNoReturn { get; init; }

    /// <summary>True if a failure of the step does not stop the run: the step then counts as done, and its failure is
    /// listed. Not part of the hash.</summary>
    public bool OnlyLists { get; init; }

    /// <summary>True if a unit of work begins with this step: the maintenance window is asked before it, although its
    /// phase has begun, and until the next such step nothing waits for the window. Not part of the hash.</summary>
    public bool AsksWindow { get; init; }

    /// <summary>The state of the step.</summary>
    public StepState State { get; init; }

    /// <summary>The number of attempts begun in all. It never decreases: each attempt leaves its own traces. Omitted if
    /// a step has succeeded with its first one.</summary>
    public int Attempt { get => _attempt; init => _attempt = value; }

    /// <summary>Attempts begun since the first start or the last <c>retry</c>, compared with <see cref="MaxAttempts"/>.
    /// Omitted once the step has succeeded.</summary>
    public int Tries { get; init; }

    /// <summary>When the current attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the step ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The reason of a failure, a stable word; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>Whether an administrator may accept the failure, so that the run continues as if the step had
    /// succeeded.</summary>
    public bool Acceptable { get; init; }

    /// <summary>How the step came to count as done although it had failed; null otherwise.</summary>
    public StepAcceptance? Accepted { get; init; }

    /// <summary>Opaque strings by which the one execution is found again. They are stored before the action begins. Not
    /// an API.</summary>
    public SortedDictionary<string, string>? Receipt { get; init; }

    /// <summary>What the action learned and later steps need. Stored when the step succeeds. Not an API.</summary>
    public SortedDictionary<string, string>? Facts { get; init; }

    /// <summary>Since when the target has not accepted the request of the current attempt; null otherwise.</summary>
    public DateTimeOffset? NotTakenSince { get; init; }

    /// <summary>When the temporary change that this step made (a scheduler, a blacklist entry) was seen to be removed
    /// while the run was stopped; null otherwise.</summary>
    public DateTimeOffset? CleanedUpAt { get; init; }

    /// <summary>The name of the Secret that holds the end of the action's output.</summary>
    public string? OutputRef { get; init; }

    private string NameInId => Id[(Id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private string PhaseInId => Id[..Math.Max(Id.IndexOf('/', StringComparison.Ordinal), 0)];

    // UpgradeTiKV/tikv-1/drain: "Drain tikv-1".
    private string TitleInId
    {
        get
        {
            var name = NameInId;
            return Node is { Length: > 0 } node && name.StartsWith($"{node}/", StringComparison.Ordinal)
                ? $"{Capital(name[(node.Length + 1)..])} {node}"
                : name;
        }
    }

    /// <summary>The value recorded under a key: a fact, otherwise an entry of the receipt; null if neither.</summary>
    public string? Recorded(string key) => Facts?.GetValueOrDefault(key) ?? Receipt?.GetValueOrDefault(key);

    /// <summary>The step as it is carried out once more, although it had ended: its next attempt leaves traces of its
    /// own.</summary>
    public PlanStep Repeated(string because) => this with
    {
        State = StepState.Pending,
        Tries = 0,
        StartedAt = null,
        FinishedAt = null,
        Reason = null,
        Message = because,
        Receipt = null,
        Facts = null,
        NotTakenSince = null,
        Acceptable = false,
        Accepted = null,
        OutputRef = null,
    };

    /// <inheritdoc />
    public bool IsWritten(string property) => property switch
    {
        nameof(Phase) => State != StepState.Succeeded || !string.Equals(Phase, PhaseInId, StringComparison.Ordinal),
        nameof(Title) => Title.Length > 0
            && (State != StepState.Succeeded || !string.Equals(Title, TitleInId, StringComparison.Ordinal)),
        nameof(After) => After.Count > 0,
        nameof(Parameters) => Parameters.Count > 0,
        nameof(Timeout) => Timeout.Length > 0,
        nameof(MaxAttempts) => MaxAttempts > 0,
        nameof(RunOnce) => RunOnce,
        nameof(Retry) => Retry != default,
        nameof(Reversible) => !Reversible,
        nameof(PointOfNoReturn) => PointOfNoReturn,
        nameof(OnlyLists) => OnlyLists,
        nameof(AsksWindow) => AsksWindow,
        nameof(Acceptable) => Acceptable,
        nameof(Attempt) => Attempt > (State == StepState.Succeeded ? 1 : 0),
        nameof(Tries) => Tries > 0 && State != StepState.Succeeded,
        _ => true,
    };

    /// <inheritdoc />
    public void FillIn()
    {
        if (State == StepState.Succeeded && _attempt == 0)
        {
            _attempt = 1;
        }
    }

    private static string Capital(string words) =>
        words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..].Replace('-', ' ');
}

/// <summary>Where a step stands, as recorded in status.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
public enum StepState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>The receipt is written; the action may have begun.</summary>
    Running,

    /// <summary>The world was seen in the state the step wanted.</summary>
    Succeeded,

    /// <summary>It failed and no automatic attempt is left.</summary>
    Failed,

    /// <summary>Whether it was done cannot be read; nothing is done until it can, or an administrator
    /// decides.</summary>
    Unknown,
}
