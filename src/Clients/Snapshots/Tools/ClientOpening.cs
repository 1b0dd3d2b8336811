using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>The first statements of the mysql client's session, before it loads anything.</summary>
/// <param name="Sql">They print one line: the session's number in the process list, and 1 if it may load.</param>
internal sealed record ClientOpening(string Sql)
{
    /// <summary>
    /// With named locks the session takes one, by which a successor finds it. Without, the server refuses the load if
    /// the leading session has lost its lock row, and ends the session soon after its last statement.
    /// </summary>
    internal static ClientOpening Of(LoadSession leader, string lockName)
    {
        var check = leader.HasLocks
            ? $"GET_LOCK('{lockName}', 0)"
            : leader.Lock is { } held
            ? $"IF({held.HeldCondition}, 1, 0)"
            : "1";
        var bound = leader.Lock?.IdleSeconds is { } seconds
            ? string.Create(CultureInfo.InvariantCulture, $"SET SESSION wait_timeout={seconds};\n")
            : "";
        var id = MySqlServer.ListedId(leader.Server.Kind, Guid.NewGuid().ToString("N"));
        return new ClientOpening($"{bound}SELECT {id}, {check};\n");
    }
}
