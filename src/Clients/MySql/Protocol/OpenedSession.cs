using System.Globalization;
using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>What a fresh session says about itself.</summary>
internal sealed record OpenedSession(NativeConnection Native, ulong ConnectionId, MySqlServerKind Kind, string Version)
{
    /// <summary>Asks by statement, not by handshake: a proxy in front answers the handshake itself.</summary>
    internal static OpenedSession Read(NativeConnection native)
    {
        using var stream = TextResultStream.Execute(native, "SELECT CONNECTION_ID(), VERSION(), @@version_comment"u8, tinyAsBoolean: false);
        var rows = new Queue<Row>();
        stream.Fetch(rows);
        var row = rows.Dequeue();
        var version = Encoding.UTF8.GetString(row[1]);
        return new OpenedSession(
            native, ulong.Parse(row[0], CultureInfo.InvariantCulture), KindOf(version, Encoding.UTF8.GetString(row[2])), version);
    }

    internal static MySqlServerKind KindOf(string version, string comment)
    {
        if (version.Contains("OceanBase", StringComparison.OrdinalIgnoreCase) || comment.Contains("OceanBase", StringComparison.OrdinalIgnoreCase))
        {
            return MySqlServerKind.OceanBase;
        }

        return version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) || comment.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            ? MySqlServerKind.MariaDb
            : MySqlServerKind.MySql;
    }
}
