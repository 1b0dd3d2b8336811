namespace Drydock.Abstractions.Entities;

/// <summary>One status condition, as Kubernetes' metav1.Condition.</summary>
public sealed record Condition
{
    /// <summary>What it speaks of, for instance <c>Ready</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; init; } = "Unknown";

    /// <summary>Stable machine word for why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A sentence for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>When <see cref="Status"/> last changed.</summary>
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>The generation of the spec it speaks of.</summary>
    public long? ObservedGeneration { get; init; }
}
