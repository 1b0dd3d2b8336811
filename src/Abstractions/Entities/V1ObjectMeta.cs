namespace Drydock.Abstractions.Entities;

/// <summary>The part of Kubernetes' ObjectMeta that Drydock reads and writes.</summary>
public sealed record V1ObjectMeta
{
    /// <summary>Name, unique in the namespace.</summary>
    public string Name { get; init; } = "";

    /// <summary>Name prefix from which the server makes a name.</summary>
    public string? GenerateName { get; init; }

    /// <summary>Namespace; null for cluster-scoped objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity of this incarnation of the object.</summary>
    public string? Uid { get; init; }

    /// <summary>Opaque version for optimistic concurrency.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts changes of spec.</summary>
    public long? Generation { get; init; }

    /// <summary>When the server accepted the object.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When deletion was requested; null if it was not.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public Dictionary<string, string>? Annotations { get; init; }

    /// <summary>Work that must finish before the object is removed.</summary>
    public List<string>? Finalizers { get; init; }

    /// <summary>Owners. When all of them are deleted, the garbage collector removes the object.</summary>
    public List<V1OwnerReference>? OwnerReferences { get; init; }

    /// <summary>True for a copy in memory that lacks parts of the object, to save memory. It is never written: a
    /// controller that changes the object reads it from the server first. Not part of the API.</summary>
    [JsonIgnore]
    public bool IsReduced { get; init; }

    /// <summary>The object as its author wrote it. A client creates this instead, because a typed copy also has the
    /// defaults of its types. Null: the typed object is what is meant. Not part of the API.</summary>
    [JsonIgnore]
    public System.Text.Json.Nodes.JsonObject? AsWritten { get; init; }
}

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
