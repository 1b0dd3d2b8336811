using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Facts that preflight cannot read from 3.x tables and a person vouches for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Acknowledgement>))]
public enum Acknowledgement
{
    /// <summary>No project is in a forward switchover.</summary>
    NoForwardSwitchover,

    /// <summary>
    /// Synchronisation projects with DDL and without dbType on the source were looked through; those of 3.2.x may need
    /// their connector updated.
    /// </summary>
    SyncProjectsWithoutDbType,
}
