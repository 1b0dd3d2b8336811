using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>An approval that was seen.</summary>
public sealed record UsedApproval
{
    /// <summary>What it approves: a phase, a step id, or PointOfNoReturn.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The plan it was given for: the first 8 or more hex digits of its hash.</summary>
    [Length(71)]
    public string PlanHash { get; init => field = value ?? ""; } = "";

    /// <summary>When it was seen.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>False if it was for another plan, and ignored.</summary>
    public bool Accepted { get; init; }
}
