using System.Text.Json.Serialization;

namespace Drydock.Clients.Snapshots;

/// <summary>What dumps and loads a database.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DumpToolKind>))]
public enum DumpToolKind
{
    /// <summary><c>mysqldump</c> and <c>mysql</c>: one stream a database.</summary>
    MySqlDump,

    /// <summary>
    /// <c>mydumper</c> and <c>myloader</c> for the rows, many files at a time; what is no row comes from
    /// <c>mysqldump</c>.
    /// </summary>
    MyDumper,
}
