namespace Drydock.Crds.Plans;

/// <summary>A plan in status. What it does, how it is told and what happened of it is packed: JSON, compressed (gzip,
/// base64). <c>kubectl drydock plan -o yaml</c> prints everything.</summary>
public sealed record PackedPlan
{
    /// <summary>Its number among all plans of the object. It rises with each plan, abort and retry; an approval names
    /// it.</summary>
    public int Number { get; init; }

    /// <summary>What it is for. A redo is the upgrade once more on restored data.</summary>
    public PlanKind Kind { get; init; }

    /// <summary>SHA-256 of what is done: sha256: and 64 hex digits. The same work has the same hash.</summary>
    [Length(71)]
    public string Hash { get; init => field = value ?? ""; } = "";

    /// <summary>Why it was made; absent for the first one.</summary>
    [Length(SchemaLimits.Message)]
    public string? Why { get; init; }

    /// <summary>What must be approved before the first step, for instance RollBack; absent if nothing.</summary>
    [Length(SchemaLimits.Name)]
    public string? Hold { get; init; }

    /// <summary>When it was compiled.</summary>
    public DateTimeOffset? CompiledAt { get; init; }

    /// <summary>Number of its steps.</summary>
    public int Steps { get; init; }

    /// <summary>Its random id, stored before anything is named after it, so that an older status can never meet what
    /// this plan left.</summary>
    [NotInReference]
    [Length(16)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The version of the operator that wrote it.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>What is done (<c>work</c>: the hash is of this), how it is told and measured (<c>details</c>), and what
    /// happened so far (<c>record</c>).</summary>
    [NotInReference]
    [Length(SchemaLimits.Packed)]
    public string Packed { get; init => field = value ?? ""; } = "";
}
