using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Kinds of OMS projects, which are in different tables before 4.0.1.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProjectKind>))]
public enum ProjectKind
{
    /// <summary>Data migration (oms_project).</summary>
    Migration,

    /// <summary>Data synchronisation (oms_sync_project).</summary>
    Synchronization,
}
