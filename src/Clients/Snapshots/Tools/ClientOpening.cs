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
    internal static ClientOpening Of(LoadSession leader, string lockName) =>
        With(leader, "", leader.HasLocks ? $"GET_LOCK('{lockName}', 0)" : Leads(leader));

    /// <summary>
    /// For one of several clients that load rows. It takes a lock of its own, by which a successor finds it, before it
    /// asks whether the leading session still holds its lock: an operator that was suspended and resumes late must not
    /// load into a database that its successor has restored. The settings are those that files of mydumper need: 0.10
    /// omits the head of a file that begins with the last row of a table.
    /// </summary>
    internal static ClientOpening OfRows(LoadSession leader, string lockPrefix) => With(
        leader,
        (leader.HasLocks ? $"DO GET_LOCK(CONCAT('{lockPrefix}', CONNECTION_ID()), 0);\n" : "")
            + "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO', SESSION time_zone='+00:00', SESSION foreign_key_checks=0, "
            + "SESSION unique_checks=0, SESSION autocommit=0;\n",
        Leads(leader));

    private static string Leads(LoadSession leader) =>
        leader.Lock is { } held ? $"IF({held.HeldCondition}, 1, 0)" : "1";

    private static ClientOpening With(LoadSession leader, string before, string check)
    {
        var bound = leader.Lock?.IdleSeconds is { } seconds
            ? string.Create(CultureInfo.InvariantCulture, $"SET SESSION wait_timeout={seconds};\n")
            : "";
        var id = MySqlServer.ListedId(leader.Server.Kind, Guid.NewGuid().ToString("N"));
        return new ClientOpening($"{bound}{before}SELECT {id}, {check};\n");
    }
}
