namespace Drydock.Abstractions.Plans;

/// <summary>What must stay true of the world from the end of some steps until another step begins.</summary>
public sealed record PlanGuard
{
    /// <summary>Stable id, for instance <c>OldStaysStopped/oms-a</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name of the check that reads it.</summary>
    public string Check { get; init; } = "";

    /// <summary>The node it speaks of; null for the whole system.</summary>
    public string? Node { get; init; }

    /// <summary>What exactly must stay true. Never a secret.</summary>
    public SortedDictionary<string, string> Parameters { get; init; } = new(StringComparer.Ordinal);

    /// <summary>In force once all of these steps have succeeded.</summary>
    public List<string> From { get; init; } = [];

    /// <summary>No longer in force once this step has begun; null keeps it to the end of the plan.</summary>
    public string? Until { get; init; }

    /// <summary>When it did not hold, the latest last. Not part of the hash.</summary>
    public List<GuardViolation> Violations { get; init; } = [];
}
