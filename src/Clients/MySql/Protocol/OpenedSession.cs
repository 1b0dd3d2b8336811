using System.Globalization;
using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>The properties of a new session.</summary>
/// <param name="Native">The connection.</param>
/// <param name="ConnectionId">CONNECTION_ID().</param>
/// <param name="Kind">Which server this is.</param>
/// <param name="Version">VERSION().</param>
/// <param name="Server">See <see cref="ServerName"/>; empty if unknown.</param>
internal sealed record OpenedSession(
    NativeConnection Native, ulong ConnectionId, MySqlServerKind Kind, string Version, string Server)
{
    private const int LongestText = 256;

    /// <summary>
    /// Queried by statement, not taken from the handshake, because a proxy answers the handshake itself.
    /// </summary>
    /// <exception cref="MySqlException">The server gives no or no valid answer.</exception>
    internal static OpenedSession Read(NativeConnection native)
    {
        using var scope = native.Enter();
        var rows = new Queue<Row>();
        int columns;
        using (var stream = TextResultStream.Execute(
            native,
            "SELECT CONNECTION_ID(), VERSION(), @@version_comment"u8,
            new ResultLimits(TinyAsBoolean: false, Rows: 1)))
        {
            stream.Fetch(rows);
            columns = stream.Columns.Length;
        }

        if (columns != 3 || rows.Count != 1 || rows.Dequeue() is not { } row
            || !ulong.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || row[1].Length > LongestText
                || row[2].Length > LongestText)
        {
            throw new MySqlException(
                "The server did not say its version and the session's number.",
                MySqlException.Malformed,
                "HY000",
                innerException: null);
        }

        var version = Encoding.UTF8.GetString(row[1]);
        return new OpenedSession(
            native, id, KindOf(version, Encoding.UTF8.GetString(row[2])), version, ServerName.Read(native));
    }

    internal static MySqlServerKind KindOf(string version, string comment)
    {
        if (version.Contains("OceanBase", StringComparison.OrdinalIgnoreCase)
            || comment.Contains("OceanBase", StringComparison.OrdinalIgnoreCase))
        {
            return MySqlServerKind.OceanBase;
        }

        return version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            || comment.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            ? MySqlServerKind.MariaDb
            : MySqlServerKind.MySql;
    }
}
