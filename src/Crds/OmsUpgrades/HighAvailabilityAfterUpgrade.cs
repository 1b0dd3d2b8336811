using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What high availability is after the upgrade.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HighAvailabilityAfterUpgrade>))]
public enum HighAvailabilityAfterUpgrade
{
    /// <summary>On.</summary>
    Enable,

    /// <summary>As it was before.</summary>
    AsBefore,
}
