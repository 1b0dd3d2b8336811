using System.Text.Json.Nodes;

namespace Drydock.Crds.Entities;

/// <summary>A custom resource. Immutable although its interface has setters: a change is a copy made with
/// <c>with</c>, because a cache gives the same object to all who ask.</summary>
public abstract record CustomKubernetesEntity : IKubernetesObject
{
    [JsonPropertyOrder(-1)]
    public string ApiVersion { get; set; } = "";

    [JsonPropertyOrder(-1)]
    public string Kind { get; set; } = "";

    [JsonPropertyOrder(-1)]
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>True for a copy in memory that lacks parts of the object, to save memory. It is never written: a
    /// controller that changes the object reads it from the server first. Not part of the API.</summary>
    [JsonIgnore]
    public bool IsReduced { get; init; }

    /// <summary>The object as its author wrote it. A client creates this instead, because a typed copy also has the
    /// defaults of its types. Null: the typed object is what is meant. Not part of the API.</summary>
    [JsonIgnore]
    public JsonObject? AsWritten { get; init; }
}

/// <summary>A custom resource with spec and status.</summary>
public abstract record CustomKubernetesEntity<TSpec, TStatus> : CustomKubernetesEntity
    where TSpec : class, new()
    where TStatus : class, new()
{
    /// <summary>What users want.</summary>
    public TSpec Spec { get; init; } = new();

    /// <summary>What the operator reports; null until its first write.</summary>
    public TStatus? Status { get; init; }
}
