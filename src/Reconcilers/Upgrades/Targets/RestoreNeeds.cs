namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the load of a dump needs from a server and an account. Preflight of an upgrade asks before the
/// downtime, a restore asks before the drop: both here, so that no restore stops at something that preflight did not
/// report. Pure.</summary>
internal static class RestoreNeeds
{
    // The privileges that a dump needs in each database that it is loaded into.
    private static readonly string[] Always = ["SELECT", "INSERT", "CREATE", "DROP", "ALTER", "INDEX"];

    // Any of them lets an account create objects that run as another account: MySQL 5.7 and MariaDB; MariaDB 10.5;
    // MySQL 8.0; MySQL 8.2.
    private static readonly string[] ForDefiners = ["SUPER", "SET USER", "SET_USER_ID", "SET_ANY_DEFINER"];

    public static IEnumerable<RestoreNeed> Missing(ServerFacts server, IReadOnlyList<RestoreContent> databases)
    {
        // The server does not tell the privileges of the roles, so a missing one cannot be proved; it refuses the
        // statement if it is missing.
        if (server.Grants.HasRoles)
        {
            yield break;
        }

        foreach (var database in databases)
        {
            foreach (var privilege in Needed(database).Where(p => !server.Grants.Has(p, database.Name)))
            {
                yield return Privilege(server, privilege, database.Name, "the load of the dump needs");
            }
        }

        if (!server.NamedLocks)
        {
            foreach (var privilege in LockRow.Privileges.Where(p => !server.Grants.Has(p, LockRow.Database)))
            {
                yield return Privilege(
                    server, privilege, LockRow.Database, "the lock rows need on a server without GET_LOCK");
            }
        }

        var foreign = databases
            .SelectMany(d => d.Definers)
            .Where(d => d != server.Account)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (foreign.Count > 0 && !Array.Exists(ForDefiners, server.Grants.HasGlobal))
        {
            yield return new RestoreNeed(
                "SET USER",
                null,
                $"Views, routines, triggers or events run as {string.Join(", ", foreign.Take(5))}, and account "
                    + $"{server.Account} may not create them: it lacks SET USER (MySQL: SET_USER_ID or "
                    + "SET_ANY_DEFINER; before: SUPER) on *.*. Grant it.");
        }

        if (server.FunctionsNeedSuper
            && databases.Any(d => d.HasRoutines || d.HasTriggers)
            && !server.Grants.HasGlobal("SUPER"))
        {
            yield return new RestoreNeed(
                "SUPER",
                null,
                $"{server.Address} writes a binary log and has log_bin_trust_function_creators off, so account "
                    + $"{server.Account} needs SUPER to create functions and triggers. Grant it, or set the variable "
                    + "to ON.");
        }
    }

    private static RestoreNeed Privilege(ServerFacts server, string privilege, string database, string why) => new(
        privilege,
        database,
        $"Account {server.Account} lacks {privilege} on `{database}`.*, which {why}. Grant it with: GRANT {privilege} "
            + $"ON `{database}`.* TO the account.");

    private static IEnumerable<string> Needed(RestoreContent database) =>
        Always.Concat(new[]
        {
            database.LocksTables ? "LOCK TABLES" : null,
            database.HasViews ? "CREATE VIEW" : null,
            database.HasRoutines ? "CREATE ROUTINE" : null,
            database.HasTriggers ? "TRIGGER" : null,
            database.HasEvents ? "EVENT" : null,
        }.OfType<string>());
}

/// <summary>Something that a load needs and the server or the account does not have.</summary>
/// <param name="Database">The database; null for all.</param>
/// <param name="Message">What is missing, why it is needed, and what to do.</param>
internal sealed record RestoreNeed(string Privilege, string? Database, string Message);

/// <summary>What a dump of one database holds, as far as it decides what its load needs.</summary>
internal sealed record RestoreContent(string Name)
{
    public bool HasViews { get; init; }

    public bool HasRoutines { get; init; }

    public bool HasTriggers { get; init; }

    public bool HasEvents { get; init; }

    /// <summary>Whether its tables are loaded between LOCK TABLES and UNLOCK TABLES (dumps of earlier
    /// releases).</summary>
    public bool LocksTables { get; init; }

    public IReadOnlyList<string> Definers { get; init; } = [];

    /// <summary>Why the server could not load a dump by the tool, for tools of which that is so.</summary>
    public IReadOnlyDictionary<DumpToolKind, string> Refusals { get; init; } = new Dictionary<DumpToolKind, string>();
}
