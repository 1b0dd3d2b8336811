namespace Drydock.Crds.Common;

/// <summary>An acceptance that the operator has seen.</summary>
public sealed record UsedAcceptance
{
    /// <summary>The acceptance as it was given: STEP@HASH, or STEP@HASH.N. No acceptance works twice.</summary>
    [Required]
    [Length(SchemaLimits.Reference, Minimum = 1)]
    public string Token { get; init => field = value ?? ""; } = "";

    /// <summary>Where it was given.</summary>
    public AcceptedBy By { get; init; }

    /// <summary>When it was seen.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Whether the failure of the step was accepted. False if the acceptance was ignored.</summary>
    public bool Accepted { get; init; }

    /// <summary>The reason of the failure that was accepted; absent if the acceptance was ignored.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Reason { get; init; }

    /// <summary>The verdict that was overruled, or why the acceptance was ignored.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }
}
