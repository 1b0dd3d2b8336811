namespace Drydock.Reconcilers.Databases;

/// <summary>The scripts that are run on hosts: POSIX shell and the tools every Debian or CentOS has. Each is sent
/// whole, as one argument.</summary>
internal static class HostScripts
{
    private const string Common = "common";
    private const string Acting = "acting";
    private const string Replace = "replace";
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    public static string Looking(string name) => Known.GetOrAdd(name, static n => Join(Common, n));

    public static string ForActing(string name) => Known.GetOrAdd(name, static n => Join(Common, Acting, n));

    public static string Together(IEnumerable<string> names)
    {
        var parts = names.Distinct(StringComparer.Ordinal).ToList();
        return Known.GetOrAdd(
            string.Join('+', parts),
            _ => string.Join(
                '\n',
                [
                    Read(Common),
                    Read(Acting),
                    .. parts.Select(n => $"part_{PartName(n)}() (\n{Read(n)}\n)"),
                    Read(Replace),
                ]));
    }

    public static string ThroughSudo(string script) => "drydock_sudo='sudo -n'\n" + script;

    // A login without a session of its own has no XDG_RUNTIME_DIR.
    public static string ForOwnUnits(string script) =>
        "drydock_scope=--user XDG_RUNTIME_DIR=/run/user/$(id -u)\nexport XDG_RUNTIME_DIR\n" + script;

    internal static string PartName(string name) => name.Replace('-', '_');

    private static string Join(params string[] names) => string.Join('\n', names.Select(Read));

    // Comments stay here: the host has no use for them.
    private static string Read(string name)
    {
        using var stream = typeof(HostScripts).Assembly.GetManifestResourceStream($"Hosts/{name}")
            ?? throw new InvalidOperationException($"The script {name} is not part of this program.");
        using var reader = new StreamReader(stream);
        return string.Join(
            '\n',
            reader.ReadToEnd().Split('\n').Where(line => line.TrimStart() is { Length: > 0 } text && text[0] != '#'));
    }
}
