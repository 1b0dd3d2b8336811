using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>On which nodes the correction JAR runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CorrectionScope>))]
public enum CorrectionScope
{
    /// <summary>Every node for one region, the first node of each region for several.</summary>
    Auto,

    /// <summary>Every node, one after the other.</summary>
    EveryNode,

    /// <summary>The first node of each region.</summary>
    FirstNodeOfEachRegion,
}
