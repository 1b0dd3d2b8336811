using System.Text.RegularExpressions;

namespace Drydock.Lab;

/// <summary>What the stand-in of OceanBase makes of a statement: another one for the MariaDB, or an error.</summary>
internal sealed partial record OceanBaseAnswers(string Sql, (int Number, string Text)? Error = null)
{
    private const int LongestQuestion = 64 << 10;

    /// <summary>The answer to one statement.</summary>
    public static OceanBaseAnswers To(string sql, OceanBaseBehaviour behaviour)
    {
        // Data of a dump is not touched.
        if (sql.Length > LongestQuestion || !Question().IsMatch(sql))
        {
            return new OceanBaseAnswers(sql);
        }

        return Refused(sql, behaviour) is { } error
            ? new OceanBaseAnswers(sql, error)
            : new OceanBaseAnswers(Parameters(sql, behaviour) ?? Variables(sql) ?? Changed(sql, behaviour));
    }

    private static (int, string)? Refused(string sql, OceanBaseBehaviour behaviour)
    {
        if (Kill().Match(sql) is { Success: true } kill && behaviour.Kill != OceanBaseKill.Ends)
        {
            return behaviour.Kill == OceanBaseKill.IsUnknown
                ? (1094, $"Unknown thread id: {kill.Groups["id"].Value}")
                : (1095, $"You are not owner of thread {kill.Groups["id"].Value}");
        }

        if (!behaviour.HasNamedLocks && LockFunction().Match(sql) is { Success: true } function)
        {
            return (behaviour.NoFunctionError, $"FUNCTION {function.Groups["name"].Value} does not exist");
        }

        if (behaviour.AbsentLists.FirstOrDefault(
            l => sql.Contains("information_schema." + l + " ", StringComparison.OrdinalIgnoreCase)) is { } list)
        {
            return (behaviour.AbsentListError, $"Unknown table '{list.ToLowerInvariant()}' in information_schema");
        }

        if (sql.Contains("performance_schema.", StringComparison.OrdinalIgnoreCase))
        {
            return (1049, "Unknown database 'performance_schema'");
        }

        if (sql.Contains("@@event_scheduler", StringComparison.OrdinalIgnoreCase)
            || sql.Contains("@@server_uuid", StringComparison.OrdinalIgnoreCase))
        {
            return (1193, "Unknown system variable");
        }

        if (sql.Contains("effective_tenant()", StringComparison.OrdinalIgnoreCase) && behaviour.Tenant is null)
        {
            return (1305, "FUNCTION effective_tenant does not exist");
        }

        return null;
    }

    // One row a server, with the value after seven other columns.
    private static string? Parameters(string sql, OceanBaseBehaviour behaviour)
    {
        if (ShowParameters().Match(sql) is not { Success: true } match)
        {
            return null;
        }

        var name = match.Groups["name"].Value;
        var value = name == "cluster" ? behaviour.Cluster : behaviour.ClusterId.ToString(CultureInfo.InvariantCulture);
        var rows = ((string[])["10.0.0.1", "10.0.0.2"]).Select(server =>
            $"SELECT 'zone1' AS zone, 'observer' AS svr_type, '{server}' AS svr_ip, 2882 AS svr_port, '{name}' AS "
            + $"name, NULL AS data_type, '{value}' AS value, 'info' AS info");
        return behaviour.Cluster is null
            ? "SELECT 'zone1' AS zone, 'name' AS name, 'value' AS value FROM DUAL WHERE 1 = 0"
            : string.Join(" UNION ALL ", rows);
    }

    // A proxy hides which server it is.
    private static string? Variables(string sql) => ShowVariables().Match(sql) is { Success: true } match
        ? "SELECT v.Variable_name, v.Value FROM (SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM "
            + "information_schema.SESSION_VARIABLES) v "
            + "WHERE v.Variable_name NOT IN ('hostname', 'server_uid', 'server_uuid', 'datadir') AND "
            + $"v.{match.Groups["rest"].Value}"
        : null;

    private static string Changed(string sql, OceanBaseBehaviour behaviour)
    {
        if (LockTables().IsMatch(sql) || (!behaviour.TakesWaitTimeout && SetWaitTimeout().IsMatch(sql)))
        {
            return "DO 0";
        }

        sql = Kill().Replace(sql, m => string.Create(
            CultureInfo.InvariantCulture,
            $"KILL "
            + $"{Math.Max(0, long.Parse(m.Groups["id"].Value, CultureInfo.InvariantCulture) - behaviour.ListedIds)}"));
        sql = UsedLock().Replace(sql, m => Plus(m.Value, behaviour.ConnectionIds));
        sql = ConnectionId().Replace(sql, m => Plus(m.Value, behaviour.ConnectionIds));
        sql = VersionFunction().Replace(sql, $"'{behaviour.Version}'");
        sql = VersionComment().Replace(sql, $"'{behaviour.VersionComment}'");
        sql = HostName().Replace(sql, "''");
        sql = Tenant().Replace(sql, $"'{behaviour.Tenant}'");
        sql = ProxyList().Replace(
            sql, "SELECT 7 AS Id, 'root' AS User, '127.0.0.1:1' AS Host, NULL AS db, 'Sleep' AS Command, 0 AS Time, "
                + "'SLEEP' AS State, NULL AS Info");
        return ProcessList().Replace(sql, _ => List(behaviour));
    }

    private static string Plus(string text, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"({text} + {offset})");

    private static string List(OceanBaseBehaviour behaviour)
    {
        var remote = behaviour.HasRemotePlans
            ? " UNION ALL SELECT 3221502317, NULL, NULL, NULL, 'Query', 0, 'ACTIVE', 'REMOTE/DISTRIBUTE PLAN EXECUTING'"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"(SELECT ID + {behaviour.ListedIds} AS ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM "
            + $"information_schema . PROCESSLIST{remote}) AS listed");
    }

    [GeneratedRegex(
        @"^\s*(?:/\*.*?\*/\s*)*(?:SELECT|SHOW|SET|DO|KILL|LOCK|UNLOCK)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Question();

    [GeneratedRegex(@"^\s*KILL\s+(?<id>\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Kill();

    [GeneratedRegex(
        @"\b(?<name>GET_LOCK|IS_FREE_LOCK|IS_USED_LOCK|RELEASE_LOCK|RELEASE_ALL_LOCKS)\s*\(",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LockFunction();

    [GeneratedRegex(@"\bIS_USED_LOCK\([^()]*\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UsedLock();

    [GeneratedRegex(@"\bCONNECTION_ID\(\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ConnectionId();

    [GeneratedRegex(@"\bVERSION\(\)|@@version\b(?!_)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionFunction();

    [GeneratedRegex(@"@@version_comment\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionComment();

    [GeneratedRegex(@"@@hostname\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HostName();

    [GeneratedRegex(@"\beffective_tenant\(\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tenant();

    [GeneratedRegex(
        @"^\s*SHOW\s+PARAMETERS\s+LIKE\s+'(?<name>\w+)'", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex ShowParameters();

    [GeneratedRegex(
        @"^\s*SHOW\s+VARIABLES\s+WHERE\s+(?<rest>Variable_name\s+IN\s+\(.*\))\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex ShowVariables();

    [GeneratedRegex(@"^\s*(?:UN)?LOCK\s+TABLES\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LockTables();

    [GeneratedRegex(
        @"^\s*SET\s+SESSION\s+wait_timeout\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SetWaitTimeout();

    [GeneratedRegex(@"^\s*SHOW\s+PROCESSLIST\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ProxyList();

    [GeneratedRegex(
        @"\binformation_schema\.PROCESSLIST\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ProcessList();
}
