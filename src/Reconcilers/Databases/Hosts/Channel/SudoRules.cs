namespace Drydock.Reconcilers.Databases;

/// <summary>The lines of sudoers that the operator needs (docs/host-access.md).</summary>
internal static class SudoRules
{
    /// <summary>Where systemctl is on a host that has not said it.</summary>
    public const string Systemctl = "/usr/bin/systemctl";

    /// <summary>What systemctl is told through sudo.</summary>
    public static IReadOnlyList<string> UnitVerbs { get; } = ["stop", "start", "reset-failed"];

    /// <summary>For become: Sudo with becomeFor: Units.</summary>
    /// <param name="user">The login user.</param>
    /// <param name="systemctl">The path of systemctl.</param>
    /// <param name="units">The units of the host.</param>
    public static string Units(string user, string systemctl, IEnumerable<string> units) =>
        $"{user} ALL=(root) NOPASSWD: " + string.Join(
            ", ", units.SelectMany(unit => UnitVerbs.Select(verb => $"{systemctl} {verb} -- {Escape(unit)}")));

    /// <summary>For become: Sudo with becomeFor: Scripts. It is as much as all commands.</summary>
    /// <param name="user">The login user.</param>
    public static string Scripts(string user) => $"{user} ALL=(root) NOPASSWD: /bin/sh, /usr/bin/sh";

    /// <summary>For becomeUser: the login user may do what that account may.</summary>
    /// <param name="user">The login user.</param>
    /// <param name="becomeUser">The account of the database.</param>
    public static string Account(string user, string becomeUser) => $"{user} ALL=({becomeUser}) NOPASSWD: ALL";

    // What sudoers has a meaning for within the arguments of a command.
    private static string Escape(string argument) => string.Concat(
        argument.Select(c => c is ',' or ':' or '=' or '\\' or '*' or '?' or '[' or ']' ? $"\\{c}" : $"{c}"));
}
