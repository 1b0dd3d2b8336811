using System.Text;
using Drydock.Clients.MySql.Protocol;

namespace Drydock.Clients.MySql.Native;

/// <summary>Distinguishes servers behind the same address.</summary>
internal static class ServerName
{
    private const int LongestValue = 256;

    private static readonly HashSet<string> Variables =
        new(StringComparer.OrdinalIgnoreCase) { "hostname", "port", "server_id", "server_uuid" };

    /// <summary>
    /// The available variables of the server as one text; empty if there are none.
    /// </summary>
    internal static string Read(NativeConnection native)
    {
        try
        {
            // Queried by name and not as @@variable: no server has all of them, and each refuses an unknown one.
            using var stream = TextResultStream.Execute(
                native,
                "SHOW VARIABLES WHERE Variable_name IN ('hostname', 'port', 'server_id', 'server_uuid')"u8,
                new ResultLimits(TinyAsBoolean: false));
            var values = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            var rows = new Queue<Row>();
            bool atEnd;
            do
            {
                atEnd = stream.Fetch(rows);
                while (rows.TryDequeue(out var row))
                {
                    Take(stream, row, values);
                }
            }
            while (!atEnd);

            return string.Join('\n', values.Select(static v => $"{v.Key}={v.Value}"));
        }
        catch (MySqlException e) when (!e.IsConnectionError)
        {
            return "";
        }
    }

    private static void Take(ResultStream stream, Row row, SortedDictionary<string, string> values)
    {
        if (stream.Columns.Length < 2
            || row.IsNull(0)
            || row.IsNull(1)
            || row[0].Length > LongestValue
            || row[1].Length > LongestValue)
        {
            return;
        }

        var name = Encoding.UTF8.GetString(row[0]);
        if (Variables.Contains(name))
        {
            values[name.ToLowerInvariant()] = Encoding.UTF8.GetString(row[1]);
        }
    }
}
