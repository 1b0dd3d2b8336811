using System.Text.Json.Serialization;

namespace Drydock.Crds.Common;

/// <summary>Which of the two versions should run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DesiredState>))]
public enum DesiredState
{
    /// <summary>The new one.</summary>
    Upgraded,

    /// <summary>The former one: whatever was done is taken back.</summary>
    RolledBack,
}
