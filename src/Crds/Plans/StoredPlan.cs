namespace Drydock.Crds.Plans;

/// <summary>The whole run as data: steps in their order, and guards that hold meanwhile.</summary>
public sealed record StoredPlan
{
    /// <summary>Hash of all actions and targets: sha256: and 64 hex digits. The same work has the same hash.</summary>
    [Length(71)]
    public string Hash { get; init => field = value ?? ""; } = "";

    /// <summary>Hash of the identity fields of the spec from which the plan was compiled. It shows whether they were
    /// changed later.</summary>
    [NotInReference]
    [Length(71)]
    public string? SpecHash { get; init; }

    /// <summary>The identity fields of that spec by their paths, without defaults; of large ones a hash. It shows which
    /// of them was changed later. No part of the hash.</summary>
    [Items(SchemaLimits.Steps)]
    [Length(SchemaLimits.Reference)]
    [NotInReference]
    public SortedDictionary<string, string>? Identity { get; init; }

    /// <summary>What must be approved before the first step, for instance RollBack; absent if nothing.</summary>
    [Length(SchemaLimits.Name)]
    public string? Hold { get; init; }

    /// <summary>When it was compiled.</summary>
    public DateTimeOffset? CompiledAt { get; init; }

    /// <summary>Its number among all plans of the object. It rises with each plan, abort and retry; an approval names
    /// it. No part of the hash.</summary>
    public int Number { get; init; }

    /// <summary>Its random id, stored before anything is named after it, so that an older status can never meet what
    /// this plan left. No part of the hash.</summary>
    [NotInReference]
    [Length(16)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The steps; each stands after those that it needs.</summary>
    [Items(SchemaLimits.Steps)]
    public List<StoredStep> Steps { get; init => field = value ?? []; } = [];

    /// <summary>What must stay true while the plan runs.</summary>
    [Items(SchemaLimits.Steps)]
    public List<StoredGuard> Guards { get; init => field = value ?? []; } = [];

    /// <summary>The entries of spec.preflight.acknowledge when the plan was compiled. The hash covers them.</summary>
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string>? Acknowledged { get; init; }

    /// <summary>What you should know before you approve: expected losses, undocumented methods, points of no
    /// return.</summary>
    [Items(SchemaLimits.Findings)]
    [Length(SchemaLimits.Message)]
    public List<string> Notes { get; init => field = value ?? []; } = [];
}
