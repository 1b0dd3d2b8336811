using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Editions of OMS.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OmsEdition>))]
public enum OmsEdition
{
    /// <summary>The enterprise edition.</summary>
    Enterprise,

    /// <summary>The community edition.</summary>
    Community,
}
