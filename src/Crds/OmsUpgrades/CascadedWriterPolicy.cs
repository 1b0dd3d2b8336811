using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What is done about writers of a cascade between regions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CascadedWriterPolicy>))]
public enum CascadedWriterPolicy
{
    /// <summary>Preflight lists them and does not pass.</summary>
    Fail,

    /// <summary>A person has looked: they are listed in the plan and the upgrade goes on.</summary>
    Acknowledge,
}
