namespace Drydock.Clients.MySql;

/// <summary>The privileges of an account, as <c>SHOW GRANTS</c> prints them on MySQL, MariaDB and OceanBase.</summary>
public sealed partial class GrantList
{
    private const string All = "ALL PRIVILEGES";

    // The privileges that the upgrade and its rollback need in each database. Those that are not required are needed
    // only where the database holds such objects, which the server otherwise hides from the account.
    private static readonly (string Privilege, string Purpose, bool Required)[] PerDatabase =
    [
        ("SELECT", "reading and dumping", true),
        ("INSERT", "restoring", true),
        ("UPDATE", "switching HA and restoring", true),
        ("DELETE", "trimming heatbeat_sequence", true),
        ("CREATE", "restoring", true),
        ("DROP", "restoring", true),
        ("ALTER", "restoring", true),
        ("INDEX", "restoring", true),
        ("SHOW VIEW", "dumping views", false),
        ("CREATE VIEW", "restoring views", false),
        ("TRIGGER", "dumping and restoring triggers", false),
        ("EVENT", "dumping and restoring events", false),
        ("CREATE ROUTINE", "restoring routines", false),
    ];

    private readonly List<Grant> _grants = [];
    private readonly List<Grant> _revoked = [];

    /// <summary>Reads the lines; one that is not understood grants nothing.</summary>
    /// <param name="rolesAreListed">The lines have the privileges of the active roles.</param>
    public GrantList(IEnumerable<string> lines, bool rolesAreListed = false)
    {
        foreach (var line in lines)
        {
            var match = GrantLine().Match(line);
            if (match.Success)
            {
                (match.Groups["verb"].Value.Equals("REVOKE", StringComparison.OrdinalIgnoreCase) ? _revoked : _grants)
                    .Add(new Grant(Unquote(match.Groups["db"].Value), [.. Split(match.Groups["what"].Value)]));
            }
            else if (RoleLine().IsMatch(line))
            {
                HasRoles = !rolesAreListed;
            }
        }
    }

    /// <summary>Whether the account has roles whose privileges the lines do not have.</summary>
    public bool HasRoles { get; }

    /// <summary>Asks a server for the privileges of the session's account and of its active roles.</summary>
    /// <param name="query">Answers with the first column of every row.</param>
    public static async Task<GrantList> ReadAsync(Func<string, Task<IEnumerable<string>>> query)
    {
        var own = new GrantList(await query("SHOW GRANTS"));
        if (!own.HasRoles)
        {
            return own;
        }

        try
        {
            // MariaDB lists the active role anyway, and prints its name without quotes.
            var active = (await query("SELECT CURRENT_ROLE()")).FirstOrDefault() ?? "";
            var listed = Roles().IsMatch(active) ? $"SHOW GRANTS FOR CURRENT_USER() USING {active}" : "SHOW GRANTS";
            return new GrantList(await query(listed), rolesAreListed: true);
        }
        catch (MySqlSessionException error) when (!error.IsConnectionError)
        {
            // A server that does not tell them.
            return own;
        }
    }

    /// <summary>Whether the account has a privilege on a whole database, or on all databases that a pattern
    /// (<c>scratch\_%</c>) stands for.</summary>
    public bool Has(string privilege, string database)
    {
        // A name has no backslash, so this is a pattern; its own text is one of the names that it matches.
        var name = database.Replace("\\", "", StringComparison.Ordinal);
        return _grants.Exists(grant => grant.Gives(privilege) && grant.Covers(name))
            && !_revoked.Exists(revoked => revoked.Gives(privilege) && revoked.Covers(name));
    }

    public bool HasGlobal(string privilege) => _grants.Exists(grant => grant.Database == "*" && grant.Gives(privilege));

    /// <summary>Whether the process list has the sessions of other accounts; true if a role may give that.</summary>
    public bool SeesAllSessions => HasGlobal("PROCESS") || HasRoles;

    /// <summary>What the account lacks. Nothing can be said of one that may have it through a role.</summary>
    public IReadOnlyList<MissingPrivilege> Missing(IEnumerable<string> databases, string account) =>
    [
        .. from database in databases
           from needed in PerDatabase
           where !HasRoles && !Has(needed.Privilege, database)
           select new MissingPrivilege(
               needed.Privilege,
               database,
               needed.Purpose,
               needed.Required,
               $"Account '{account}' lacks {needed.Privilege} on `{database}`.*, needed for {needed.Purpose}. Grant it "
               + $"with: GRANT {needed.Privilege} ON `{database}`.* TO the account."),
    ];

    // Privileges on single columns (SELECT (a, b)) give nothing on the database.
    private static IEnumerable<string> Split(string privileges) =>
        Columns()
            .Replace(privileges, "()")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(privilege => privilege.ToUpperInvariant())
            .Where(privilege => !privilege.EndsWith(')'))
            .Select(privilege => privilege == "ALL" ? All : privilege);

    private static string Unquote(string name) =>
        name.Length > 1 && name[0] is '`' or '\'' or '"' && name[^1] == name[0]
        ? name[1..^1].Replace(new string(name[0], 2), name[..1], StringComparison.Ordinal)
        : name;

    [GeneratedRegex(
        @"^\s*(?<verb>GRANT|REVOKE)\s+(?<what>.+?)\s+ON\s+(TABLE\s+)?"
            + @"(?<db>\*|`([^`]|``)+`|'[^']+'|""[^""]+""|[^\s.]+)\.\*\s+(TO|FROM)\s",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex GrantLine();

    [GeneratedRegex(
        @"^\s*GRANT\s+((?!\sON\s).)+\sTO\s",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex RoleLine();

    // As MySQL prints them.
    [GeneratedRegex(
        @"^`([^`]|``)+`@`([^`]|``)*`(,`([^`]|``)+`@`([^`]|``)*`)*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Roles();

    [GeneratedRegex(@"\([^)]*\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Columns();

    private sealed record Grant(string Database, IReadOnlyList<string> Privileges)
    {
        internal bool Gives(string privilege) =>
            Privileges.Contains(All, StringComparer.Ordinal) || Privileges.Contains(privilege, StringComparer.Ordinal);

        // The name in a grant is a LIKE pattern: % and _ match other characters unless escaped.
        internal bool Covers(string database)
        {
            if (Database == "*")
            {
                return true;
            }

            var pattern = new StringBuilder("^");
            for (var i = 0; i < Database.Length; i++)
            {
                var sign = Database[i];
                if (sign == '\\' && i + 1 < Database.Length)
                {
                    pattern.Append(Regex.Escape(Database[++i].ToString()));
                }
                else
                {
                    pattern.Append(sign switch { '%' => ".*", '_' => ".", _ => Regex.Escape(sign.ToString()) });
                }
            }

            return Regex.IsMatch(
                database,
                pattern.Append("\\z").ToString(),
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline,
                TimeSpan.FromSeconds(1));
        }
    }
}

/// <summary>Something the account may not do.</summary>
/// <param name="Privilege">The privilege's name as in GRANT, for instance <c>DROP</c>.</param>
/// <param name="Required">False if the upgrade can do without. Without it the server hides views, triggers, events or
/// routines from the account, so that no check can tell whether they are missing from a dump.</param>
/// <param name="Message">A sentence with the GRANT that gives it.</param>
public sealed record MissingPrivilege(
    string Privilege, string Database, string Purpose, bool Required, string Message)
{
    /// <summary>What is missing, a text for each database.</summary>
    public static IEnumerable<string> Describe(IEnumerable<MissingPrivilege> missing, string account) => missing
        .GroupBy(m => m.Database, StringComparer.Ordinal)
        .Select(on => on.Count() == 1 ? on.First().Message : Describe([.. on], on.Key, account));

    private static string Describe(IReadOnlyList<MissingPrivilege> missing, string database, string account)
    {
        var privileges = string.Join(", ", missing.Select(m => m.Privilege));
        return $"Account '{account}' lacks {privileges} on `{database}`.*, needed for "
            + $"{string.Join(", ", missing.Select(m => m.Purpose).Distinct(StringComparer.Ordinal))}. Grant them with: "
            + $"GRANT {privileges} ON `{database}`.* TO the account.";
    }
}
