namespace Drydock.Abstractions.Plans;

/// <summary>A time during which a guard did not hold. What happened then counts after the target was put
/// right.</summary>
public sealed record GuardViolation
{
    /// <summary>Stable word for what was wrong.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What was wrong, for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>What an administrator checks afterwards; null if nothing is left of it.</summary>
    public string? Check { get; init; }

    /// <summary>When it began, or was first seen.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>When the guard was seen to hold again, or the violation was accepted; null while it is open.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Identifies this violation among those of the guard; null if it cannot be accepted.</summary>
    public string? Key { get; init; }

    /// <summary>Whether the data may be used again only after the snapshot was restored.</summary>
    public bool RestoreFirst { get; init; }

    /// <summary>Whether a rollback is impossible while it is open, or once it was accepted.</summary>
    public bool NoRollback { get; init; }

    /// <summary>Where the acceptance came from; null if it was not accepted.</summary>
    public AcceptedBy? Accepted { get; init; }
}
