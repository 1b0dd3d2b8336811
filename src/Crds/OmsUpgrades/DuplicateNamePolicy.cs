using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What is done about projects that share a name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DuplicateNamePolicy>))]
public enum DuplicateNamePolicy
{
    /// <summary>Preflight lists them and does not pass.</summary>
    Fail,

    /// <summary>
    /// All but one of each name get a new name before the first old container stops; old and new names are in status.
    /// </summary>
    Rename,
}
