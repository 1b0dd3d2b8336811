using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What a finding does to the run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingPolicy>))]
public enum FindingPolicy
{
    /// <summary>Preflight does not pass.</summary>
    Fail,
}
