namespace Drydock.Crds.Entities;

/// <summary>One status condition, as Kubernetes' metav1.Condition.</summary>
[NotInReference]
public sealed record Condition
{
    /// <summary>What the condition is about.</summary>
    [Length(SchemaLimits.Name)]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Length(16)]
    public string Status { get; init; } = "Unknown";

    /// <summary>Stable machine-readable word for the cause.</summary>
    [Length(SchemaLimits.Name)]
    public string Reason { get; init; } = "";

    /// <summary>Explanation for users.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init; } = "";

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>The generation of the spec that it describes.</summary>
    public long? ObservedGeneration { get; init; }
}
