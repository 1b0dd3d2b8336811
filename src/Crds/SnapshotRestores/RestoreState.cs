using System.Text.Json.Serialization;

namespace Drydock.Crds.SnapshotRestores;

/// <summary>Where the restore of one database stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestoreState>))]
public enum RestoreState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>
    /// The database may have been dropped and created again; it holds nothing yet, or its former contents.
    /// </summary>
    Dropping,

    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It is loaded and being compared with the manifest and the catalogue.</summary>
    Comparing,

    /// <summary>It is as the snapshot has it.</summary>
    Restored,
}
