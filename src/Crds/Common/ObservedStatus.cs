using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>What every kind reports.</summary>
public abstract record ObservedStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>
    /// The number of the CRD schema that this status was written with. An operator of an older schema leaves the object
    /// alone.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? Schema { get; init; }

    /// <summary>Where it stands, in one word. Clients treat words they do not know as in progress.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Phase { get; init; }

    /// <summary>What goes on, or what is wrong and what to do, for people.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }

    /// <summary>When the work began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>
    /// Conditions as kstatus knows them (Ready, Reconciling, Stalled), outcomes to wait for (Succeeded, Failed), and
    /// milestones.
    /// </summary>
    [ListMap("type")]
    [Items(40)]
    public List<Condition> Conditions { get; init => field = value ?? []; } = [];
}
