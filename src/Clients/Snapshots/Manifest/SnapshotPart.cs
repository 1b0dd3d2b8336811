using System.Text.Json.Serialization;

namespace Drydock.Clients.Snapshots;

/// <summary>What a file of a dump holds. They are loaded in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SnapshotPart>))]
public enum SnapshotPart
{
    /// <summary>Everything: loaded by mysql.</summary>
    Whole,

    /// <summary>Tables and sequences without rows: loaded by mysql.</summary>
    Tables,

    /// <summary>Rows, as mydumper writes them: loaded by myloader.</summary>
    Rows,

    /// <summary>mydumper's file <c>metadata</c>, without which myloader takes no directory.</summary>
    Metadata,

    /// <summary>Rows of the tables that mydumper would not dump truly, from mysqldump: loaded by mysql.</summary>
    OtherRows,

    /// <summary>Routines, triggers and events: loaded by mysql.</summary>
    Routines,

    /// <summary>Views: loaded by mysql, when all is there that they may name.</summary>
    Views,
}
