namespace Drydock.Reconcilers.Databases;

/// <summary>The lines of sudoers that the operator needs (docs/host-access.md).</summary>
internal static class SudoRules
{
    public const string Systemctl = "/usr/bin/systemctl";

    public static IReadOnlyList<string> UnitVerbs { get; } = ["stop", "start", "reset-failed"];

    public static string Units(string user, string systemctl, IEnumerable<string> units) =>
        $"{user} ALL=(root) NOPASSWD: " + string.Join(
            ", ", units.SelectMany(unit => UnitVerbs.Select(verb => $"{systemctl} {verb} -- {Escape(unit)}")));

    /// <summary>For become: Sudo with becomeFor: Scripts. It is as much as all commands.</summary>
    public static string Scripts(string user) => $"{user} ALL=(root) NOPASSWD: /bin/sh, /usr/bin/sh";

    public static string Account(string user, string becomeUser) => $"{user} ALL=({becomeUser}) NOPASSWD: ALL";

    // What sudoers has a meaning for within the arguments of a command.
    private static string Escape(string argument) => string.Concat(
        argument.Select(c => c is ',' or ':' or '=' or '\\' or '*' or '?' or '[' or ']' ? $"\\{c}" : $"{c}"));
}
