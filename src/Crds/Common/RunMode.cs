using System.Text.Json.Serialization;

namespace Drydock.Crds.Common;

/// <summary>Whether a run changes the world.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunMode>))]
public enum RunMode
{
    /// <summary>Preflight, plan, and carry the plan out.</summary>
    Apply,

    /// <summary>Preflight and plan only; nothing is changed.</summary>
    Plan,
}
