using System.Text.Json.Serialization;

namespace Drydock.Crds.BackupSnapshots;

/// <summary>What becomes of the files of a snapshot whose object is deleted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeletionPolicy>))]
public enum DeletionPolicy
{
    /// <summary>They stay.</summary>
    Retain,

    /// <summary>They are deleted.</summary>
    Delete,
}
