namespace Drydock.Crds.Common;

/// <summary>A hold that a run waits at.</summary>
public sealed record HoldStatus
{
    /// <summary>The hold: a phase, a step id, PointOfNoReturn, or RollBack before a rollback after success.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The value for the annotation drydock.dev/approve that ends it, for instance StopOld@1f0c7a52.</summary>
    [Length(SchemaLimits.Reference)]
    public string Approval { get; init => field = value ?? ""; } = "";

    /// <summary>Since when the run waits at it.</summary>
    public DateTimeOffset? Since { get; init; }
}
