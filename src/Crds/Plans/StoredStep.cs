namespace Drydock.Crds.Plans;

/// <summary>One action on one node, database or cluster: what will be done, and the result so far. Defaults are
/// omitted.</summary>
public sealed record StoredStep
{
    /// <summary>Stable id, for instance StopOld/oms-a.</summary>
    /// <remarks><c>Phase/node</c> or <c>Phase/node/verb</c> for a step on a node, <c>Phase/verb</c> for one on the
    /// whole system (<c>Verify/hosts</c>).</remarks>
    [Part(PlanPart.Work | PlanPart.Details | PlanPart.Record)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Its phase.</summary>
    public string? Phase { get; init; }

    /// <summary>The node, database or cluster it acts on; absent for the whole system.</summary>
    public string? Node { get; init; }

    /// <summary>A short text for users. Not part of the hash.</summary>
    [Part(PlanPart.Details)]
    public string? Title { get; init; }

    /// <summary>The command or the statements that it executes, as an administrator would enter them; absent where the
    /// parameters say all, and never a secret. Not part of the hash.</summary>
    [Part(PlanPart.Details)]
    public string? Runs { get; init; }

    /// <summary>Ids of the steps that must have succeeded before.</summary>
    public List<string>? After { get; init; }

    /// <summary>Name of the action that executes the step.</summary>
    public string Action { get; init => field = value ?? ""; } = "";

    /// <summary>Parameters of the action. Never a secret.</summary>
    public SortedDictionary<string, string>? Parameters { get; init; }

    /// <summary>Parameters that preflight measured, and with which the action compares. Not an API.</summary>
    /// <remarks>Not part of the hash: the next measurement may differ, and the work is the same.</remarks>
    [Part(PlanPart.Details)]
    public SortedDictionary<string, string>? Measured { get; init; }

    /// <summary>How long one attempt may take, as a duration. Not part of the hash.</summary>
    /// <remarks>The current value of the spec takes precedence.</remarks>
    [Part(PlanPart.Details)]
    public string? Timeout { get; init; }

    /// <summary>Number of automatic attempts; 1 for a run-once step.</summary>
    [Part(PlanPart.Details)]
    public int? MaxAttempts { get; init; }

    /// <summary>True if the action must never run twice on the same data.</summary>
    public bool? RunOnce { get; init; }

    /// <summary>What a retry can do after the step failed.</summary>
    [Part(PlanPart.Details)]
    public RetryRule? Retry { get; init; }

    /// <summary>Whether a rollback can undo it; absent if it can.</summary>
    public bool? Reversible { get; init; }

    /// <summary>True if a rollback after this step loses data or is impossible.</summary>
    public bool? PointOfNoReturn { get; init; }

    /// <summary>True if a failure of the step does not stop the run: the step then counts as done, and its failure is
    /// listed.</summary>
    /// <remarks>Not part of the hash.</remarks>
    [Part(PlanPart.Details)]
    public bool? OnlyLists { get; init; }

    /// <summary>True if spec.window is asked before the step although its phase has begun: the upgrade of one instance
    /// begins with it, or it is a point of no return.</summary>
    /// <remarks>Not part of the hash. Until the next such step nothing waits for the window.</remarks>
    [Part(PlanPart.Details)]
    public bool? AsksWindow { get; init; }

    /// <summary>Current state. Unknown: the operator cannot determine whether the step was done.</summary>
    [Part(PlanPart.Record)]
    public StepState State { get; init; }

    /// <summary>Number of attempts so far, including those before a retry; absent before the first one, and if the
    /// first one succeeded.</summary>
    /// <remarks>It never decreases: each attempt leaves its own traces.</remarks>
    [Part(PlanPart.Record)]
    public int? Attempt { get; init; }

    /// <summary>Number of attempts since the start or the last retry, compared with maxAttempts; absent once the step
    /// is finished.</summary>
    [Part(PlanPart.Record)]
    public int? Tries { get; init; }

    /// <summary>Number of times the step became Failed so far, also before a retry; absent for none. The word that
    /// accepts the last failure has this number.</summary>
    [Part(PlanPart.Record)]
    public int? Failures { get; init; }

    /// <summary>True if the step had failed, or could not be read, and was reset by a retry; otherwise absent. A guard
    /// that it ends stays ended.</summary>
    [Part(PlanPart.Record)]
    public bool? Retried { get; init; }

    /// <summary>When the current attempt started.</summary>
    [Part(PlanPart.Record)]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the current attempt was started once more, after it had left no trace; its time limit counts from
    /// then. Absent if that did not happen.</summary>
    [Part(PlanPart.Record)]
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Part(PlanPart.Record)]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Stable machine-readable word for the cause of the failure.</summary>
    [Part(PlanPart.Record)]
    public string? Reason { get; init; }

    /// <summary>What happened.</summary>
    [Part(PlanPart.Record)]
    public string? Message { get; init; }

    /// <summary>True if you can accept this failure (drydock.dev/approve or spec.approvals).</summary>
    [Part(PlanPart.Record)]
    public bool? Acceptable { get; init; }

    /// <summary>How the step came to count as done although it had failed.</summary>
    [Part(PlanPart.Record)]
    public StepAcceptance? Accepted { get; init; }

    /// <summary>Opaque strings by which this execution is found again. Not an API.</summary>
    /// <remarks>Stored before the action begins.</remarks>
    [Part(PlanPart.Record)]
    public SortedDictionary<string, string>? Receipt { get; init; }

    /// <summary>What the step found out for later steps. Not an API.</summary>
    [Part(PlanPart.Record)]
    public SortedDictionary<string, string>? Facts { get; init; }

    /// <summary>Since when the target has not accepted the request of the current attempt.</summary>
    [Part(PlanPart.Record)]
    public DateTimeOffset? NotTakenSince { get; init; }

    /// <summary>When the temporary change of this step was seen to be removed while the run was stopped or
    /// waited.</summary>
    [Part(PlanPart.Record)]
    public DateTimeOffset? CleanedUpAt { get; init; }

    /// <summary>Name of the Secret that holds the end of the output.</summary>
    [Part(PlanPart.Record)]
    public string? OutputRef { get; init; }
}
