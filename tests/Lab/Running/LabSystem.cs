namespace Drydock.Lab;

/// <summary>Another Debian release, whose servers the lab can use instead of the machine's.</summary>
/// <param name="Suite">The release: <c>trixie</c> or <c>sid</c>.</param>
/// <param name="Root">Path of its file tree.</param>
public sealed record LabSystem(string Suite, string Root)
{
    /// <summary>MySQL 9 and Docker 28 or later.</summary>
    public const string Sid = "sid";

    /// <summary>MariaDB 11.8 and Docker 26.</summary>
    public const string Trixie = "trixie";

    /// <summary>Whether its database server is MySQL and not MariaDB.</summary>
    public bool HasMySql => !File.Exists(Path.Combine(Root, "usr", "sbin", "mariadbd"));

    /// <summary>Makes it, which takes minutes the first time.</summary>
    public static async Task<LabSystem> GetAsync(string suite, CancellationToken cancellationToken = default) =>
        new(suite, (await Recipes.RunAsync("system.sh", [suite], cancellationToken))["root"]);

    /// <summary>The system that a variable names; null if it is not set, for the servers of the machine.</summary>
    public static async Task<LabSystem?> FromEnvironmentAsync(string variable, CancellationToken cancellationToken) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } suite
            ? await GetAsync(suite, cancellationToken)
            : null;

    /// <summary>What stands before a command to run it in this system.</summary>
    public IReadOnlyList<string> Enter => ["bash", Recipes.PathOf("in-system.sh"), Root];
}
