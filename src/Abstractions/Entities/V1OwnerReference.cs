namespace Drydock.Abstractions.Entities;

/// <summary>Points to the object that owns this one.</summary>
public sealed record V1OwnerReference
{
    /// <summary>API version of the owner.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>Kind of the owner.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Name of the owner.</summary>
    public string Name { get; init; } = "";

    /// <summary>Uid of the owner.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Whether the owner is the managing controller.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}
