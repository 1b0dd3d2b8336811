namespace Drydock.Crds.Plans;

/// <summary>A time during which a guard did not hold. What happened then counts after the target was put
/// right.</summary>
public sealed record GuardViolation
{
    /// <summary>Stable word for what was wrong.</summary>
    [Length(SchemaLimits.Name)]
    public string Reason { get; init; } = "";

    /// <summary>What was wrong.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init; } = "";

    /// <summary>What to check afterwards; absent if nothing is left of it.</summary>
    [Length(SchemaLimits.Message)]
    public string? Check { get; init; }

    /// <summary>When it began, or was first seen.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>When the guard was seen to hold again, or the violation was accepted; absent while it is
    /// open.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Identifies the violation; absent if it cannot be accepted. Not an API.</summary>
    [Length(SchemaLimits.Name)]
    public string? Key { get; init; }

    /// <summary>True if the data may be used again only after the snapshot was restored.</summary>
    public bool RestoreFirst { get; init; }

    /// <summary>True if a rollback is impossible while it is open, or once it was accepted.</summary>
    public bool NoRollback { get; init; }

    /// <summary>Where the acceptance came from; absent if it was not accepted.</summary>
    public AcceptedBy? Accepted { get; init; }
}
