namespace Drydock.Crds.Common;

/// <summary>One thing that preflight found wrong.</summary>
public sealed record Finding
{
    /// <summary>Stable machine-readable word.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>What is wrong, where, and what would be correct.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary>The node on which it was found.</summary>
    [Length(SchemaLimits.Name)]
    public string? Node { get; init; }

    /// <summary>Path of the spec field that it concerns.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Field { get; init; }

    /// <summary>The entry of spec.preflight.acknowledge that accepts this finding, REASON/SUBJECT. The reason alone
    /// accepts every finding with it. Empty: nothing accepts the finding; what it says has to be corrected.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Acknowledge { get; init; }
}
