namespace Drydock.Reconcilers.Databases;

/// <summary>The evidence that a process belongs to an instance, the strongest first: it listens on its port; its
/// command line names its data directory; its program or command line is below its deployDir (or the new version's
/// directory); an argument names its port and no other instance's; an argument names its port at all, as the list of
/// all masters does. A directory counts by its length: of two that hold a file the deeper one is meant.</summary>
internal readonly record struct ProcessEvidence(bool Listens, int DataDirectory, int Directory, bool OwnPort, bool Port)
{
    /// <summary>To be compared.</summary>
    public (bool, int, int, bool, bool) Rank => (Listens, DataDirectory, Directory, OwnPort, Port);

    public bool IsAny => Listens || DataDirectory > 0 || Directory > 0 || Port;

    public static ProcessEvidence Of(
        ReportedProcess process,
        InstanceTarget target,
        IEnumerable<InstanceTarget> others,
        IEnumerable<string> directories,
        bool listens)
    {
        var otherPorts = others.Select(o => o.Port).Where(port => port != target.Port).ToList();
        var naming = process.Arguments.Where(argument => Names(argument, target.Port)).ToList();
        string[] texts = [.. process.Path is { } path ? [path] : Array.Empty<string>(), .. process.Arguments];
        return new ProcessEvidence(
            listens,
            target.DataDir is { } data && process.Arguments.Any(argument => Names(argument, data))
                ? data.TrimEnd('/').Length
                : 0,
            directories.Append(target.DeployDir)
                .Where(directory => Array.Exists(texts, text => Names(text, directory)))
                .Select(directory => directory.TrimEnd('/').Length)
                .DefaultIfEmpty()
                .Max(),
            naming.Exists(argument => !otherPorts.Exists(port => Names(argument, port))),
            naming.Count > 0);
    }

    // A number of its own: 2379 is not in 12379.
    private static bool Names(string text, int port) =>
        Contains(text, $"{port}", char.IsAsciiDigit, char.IsAsciiDigit);

    // A path of its own: /data is not in /mnt/data, and not in /data1; it is in /data/tikv.
    private static bool Names(string text, string directory) =>
        Contains(text, directory.TrimEnd('/'), static c => IsOfName(c) || c == '/', IsOfName);

    private static bool IsOfName(char c) =>
        char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '~' or '%' or '+' or '@';

    private static bool Contains(string text, string part, Func<char, bool> joinsBefore, Func<char, bool> joinsBehind)
    {
        for (
            var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(
                part, at + 1, StringComparison.Ordinal))
        {
            var behind = at + part.Length;
            if ((at == 0 || !joinsBefore(text[at - 1])) && (behind == text.Length || !joinsBehind(text[behind])))
            {
                return true;
            }
        }

        return false;
    }
}
