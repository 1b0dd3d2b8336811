namespace Drydock.Lab;

/// <summary>Settings of a <see cref="LabNode"/>.</summary>
public sealed record LabNodeOptions
{
    /// <summary>Name of the node.</summary>
    public string Name { get; init; } = "node-a";

    /// <summary>Namespace of the pod.</summary>
    public required string Space { get; init; }

    /// <summary>Name of the pod, which has the label of the operator.</summary>
    public string Pod { get; init; } = "drydock-operator-0";

    /// <summary>The folder that programs in the pod see at <see cref="MountPath"/>.</summary>
    public required string Folder { get; init; }

    /// <summary>Where a volume of the pod is mounted; below /var/lib.</summary>
    public string MountPath { get; init; } = "/var/lib/drydock/images";

    /// <summary>The log of the container.</summary>
    public string? Log { get; init; }

    /// <summary>The log of the container before its restart; null if there was none.</summary>
    public string? PreviousLog { get; init; }
}
