namespace Drydock.Crds.Plans;

/// <summary>What must stay true of the world from the end of some steps until another step begins.</summary>
public sealed record StoredGuard
{
    /// <summary>Stable id, for instance OldStaysStopped/oms-a.</summary>
    [Part(PlanPart.Work | PlanPart.Details | PlanPart.Record)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the check.</summary>
    public string Check { get; init => field = value ?? ""; } = "";

    /// <summary>The node that is checked; absent if the whole system is checked.</summary>
    public string? Node { get; init; }

    /// <summary>What exactly must stay true. Never a secret.</summary>
    public SortedDictionary<string, string> Parameters { get; init => field = value ?? []; } = [];

    /// <summary>Parameters that preflight measured. Not an API, and not part of the hash.</summary>
    [Part(PlanPart.Details)]
    public SortedDictionary<string, string>? Measured { get; init; }

    /// <summary>In force once all of these steps have succeeded.</summary>
    public List<string> From { get; init => field = value ?? []; } = [];

    /// <summary>No longer in force once this step has begun; absent keeps it to the end of the plan.</summary>
    public string? Until { get; init; }

    /// <summary>How many times it did not hold so far; absent for none. The word that accepts the last one has this
    /// number. Not part of the hash.</summary>
    [Part(PlanPart.Record)]
    public int? Failures { get; init; }

    /// <summary>When it did not hold, the latest last. Not part of the hash.</summary>
    [Part(PlanPart.Record)]
    public List<GuardViolation> Violations { get; init => field = value ?? []; } = [];
}
