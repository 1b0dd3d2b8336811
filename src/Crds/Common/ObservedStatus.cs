using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>What every kind reports.</summary>
public abstract record ObservedStatus
{
    /// <summary>
    /// The observed generation of an object that the operator has not seen yet. The API server sets it as the default;
    /// no generation is ever negative.
    /// </summary>
    public const long NotObserved = -1;

    /// <summary>
    /// The generation of the spec that this status describes; -1 before the operator has seen the object.
    /// </summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The current phase. Clients treat unknown phases as in progress.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Phase { get; init; }

    /// <summary>What the operator is doing, or what is wrong and what to do, as text for users.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }

    /// <summary>When the work began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>
    /// Conditions of kstatus (Ready, Reconciling, Stalled), outcomes to wait for (Succeeded, Failed), and milestones.
    /// </summary>
    [ListMap("type")]
    [Items(40)]
    public List<Condition> Conditions { get; init => field = value ?? []; } = [];
}
