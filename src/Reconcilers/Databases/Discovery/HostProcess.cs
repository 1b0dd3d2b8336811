namespace Drydock.Reconcilers.Databases;

/// <summary>A process of a database program as its host showed it, with what tells how it was started.</summary>
internal sealed record HostProcess
{
    public required string Host { get; init; }
    public required int Pid { get; init; }
    public required string Program { get; init; }

    /// <summary>The path of its executable, without links; of a replaced one the path that it had.</summary>
    public required string Executable { get; init; }

    /// <summary>The path by which it was started, absolute; symbolic links in it are kept.</summary>
    public required string Started { get; init; }

    public string? Real { get; init; }
    public string Directory { get; init; } = "";
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The ports on which it listens, as far as the account may see them.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    public string? Unit { get; init; }
    public string? ForeignUnit { get; init; }
    public bool IsUnitOfAccount { get; init; }
    public string? Service { get; init; }

    /// <summary>Whether a process other than init started it and waits for it: a shell that may start it
    /// again.</summary>
    public bool HasStarter { get; init; }

    public IReadOnlyList<string> Scripts { get; init; } = [];
    public bool IsBinLink { get; init; }
    public bool IsLink { get; init; }

    public static IReadOnlyList<HostProcess> Read(string host, ScriptAnswer answer)
    {
        var more = answer.Words.Where(l => l.Word != "process")
            .Select(l => (l.Word, Parts: l.Value.Split(' ')))
            .ToLookup(l => (l.Word, Pid: l.Parts[0]), l => l.Parts);
        return [.. answer.All("process").Select(line => Process(host, answer, line, more))];
    }

    public string? Option(params string[] names)
    {
        for (var at = 1; at < Arguments.Count; at++)
        {
            var (name, value) = Arguments[at].Split('=', 2) is [var left, var right]
                ? (left, right)
                : (Arguments[at], Arguments.ElementAtOrDefault(at + 1));
            if (name.StartsWith('-') && names.Contains(name.TrimStart('-'), StringComparer.Ordinal))
            {
                return value?.Trim('"');
            }
        }

        return null;
    }

    private static HostProcess Process(
        string host, ScriptAnswer answer, string line, ILookup<(string Word, string Pid), string[]> more)
    {
        if (line.Split(' ') is not [var pid, var program, var exe, var started, var real, var cwd, var arguments]
            || !int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw answer.Unreadable($"'process {line}' is not a process");
        }

        var starters = more[("starter", pid)].Select(p => new Starter(
            p[1], answer.Text(p[2]) ?? "", (answer.Text(p[3]) ?? "").TrimEnd('\0').Split('\0'))).ToList();
        var unit = more[("unit", pid)].FirstOrDefault();
        var isOwn = unit is [_, _, var main, ..] && (main == pid || starters.Exists(s => s.Pid == main));
        return new HostProcess
        {
            Host = host,
            Pid = number,
            Program = program,
            Executable = ReportedProcess.Undeleted(
                answer.Text(exe) ?? throw answer.Unreadable($"process {pid} has no program")),
            Started = answer.Text(started) ?? "",
            Real = answer.Text(real),
            Directory = answer.Text(cwd) ?? "",
            Arguments = (answer.Text(arguments) ?? "").TrimEnd('\0').Split('\0'),
            Ports =
            [
                .. more[("port", pid)]
                    .Select(p => int.Parse(p[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
                    .Distinct()
                    .Order(),
            ],
            Unit = isOwn ? unit![1] : null,
            ForeignUnit = isOwn ? null : unit?[1],
            IsUnitOfAccount = unit is [.., "user"],
            Service = starters.Find(s => Path.GetFileName(s.Arguments[0]) == "supervise") is { } supervise
                ? supervise.Directory
                : null,
            HasStarter = starters.Count > 0,
            Scripts = [.. more[("script", pid)].Select(p => answer.Text(p[1])).OfType<string>()],
            IsBinLink = more.Contains(("bin", pid)),
            IsLink = more.Contains(("link", pid)),
        };
    }

    private sealed record Starter(string Pid, string Directory, IReadOnlyList<string> Arguments);
}
