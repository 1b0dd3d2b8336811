namespace Drydock.Abstractions.Entities;

/// <summary>One status condition, as Kubernetes' metav1.Condition.</summary>
public sealed record Condition
{
    /// <summary>What the condition is about, for instance <c>Ready</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; init; } = "Unknown";

    /// <summary>Stable machine-readable word for the cause.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Explanation for users.</summary>
    public string Message { get; init; } = "";

    /// <summary>When <see cref="Status"/> last changed.</summary>
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>The generation of the spec that it describes.</summary>
    public long? ObservedGeneration { get; init; }
}
