namespace Drydock.Crds.Plans;

/// <summary>What must stay true of the world from the end of some steps until another step begins.</summary>
[NotInReference]
public sealed record StoredGuard
{
    /// <summary>Stable id, for instance OldStaysStopped/oms-a.</summary>
    [Length(SchemaLimits.Name)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the check.</summary>
    [Length(SchemaLimits.Name)]
    public string Check { get; init => field = value ?? ""; } = "";

    /// <summary>The node that is checked; absent if the whole system is checked.</summary>
    [Length(SchemaLimits.Name)]
    public string? Node { get; init; }

    /// <summary>What exactly must stay true. Never a secret.</summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    public SortedDictionary<string, string> Parameters { get; init => field = value ?? []; } = [];

    /// <summary>Parameters that preflight measured. Not an API, and not part of the hash.</summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    public SortedDictionary<string, string>? Measured { get; init; }

    /// <summary>In force once all of these steps have succeeded.</summary>
    [Items(SchemaLimits.Steps)]
    [Length(SchemaLimits.Name)]
    public List<string> From { get; init => field = value ?? []; } = [];

    /// <summary>No longer in force once this step has begun; absent keeps it to the end of the plan.</summary>
    [Length(SchemaLimits.Name)]
    public string? Until { get; init; }

    /// <summary>How many times it did not hold so far; absent for none. The word that accepts the last one has this
    /// number. Not part of the hash.</summary>
    public int? Failures { get; init; }

    /// <summary>When it did not hold, the latest last. Not part of the hash.</summary>
    [Items(8)]
    public List<GuardViolation> Violations { get; init => field = value ?? []; } = [];
}
