using System.Text.Json.Serialization;

namespace Drydock.Crds.Common;

/// <summary>What a failure after the first change leads to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RollbackPolicy>))]
public enum RollbackPolicy
{
    /// <summary>Nothing by itself: it waits for a repair, a retry or desiredState: RolledBack.</summary>
    Manual,

    /// <summary>The way back is taken by itself.</summary>
    OnFailure,
}
