namespace Drydock.Reconcilers.Databases;

/// <summary>A living process as a host showed it.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Start">When it was started, in ticks since the boot: with the pid it is this process and no
/// other.</param>
/// <param name="Parent">Its parent's pid.</param>
/// <param name="Executable">Its executable, including " (deleted)"; null if it cannot be read.</param>
/// <param name="Sha256">SHA-256 of its executable.</param>
/// <param name="Arguments">Its command line.</param>
/// <param name="StartedAt">When it was started, by the host's clock.</param>
internal sealed record ReportedProcess(
    int Pid,
    long Start,
    int Parent,
    string? Executable,
    string? Sha256,
    IReadOnlyList<string> Arguments,
    DateTimeOffset StartedAt)
{
    public bool IsEnding { get; init; }

    private const string Deleted = " (deleted)";

    // Programs of both vendors that are asked these print and end (docs/research/tidb.md#tikv).
    private static readonly string[] OnlyAsked =
    [
        "-V", "-version", "--version", "-config-check", "--config-check", "-help", "--help",
    ];

    public string? Path =>
        Executable is { } path && path.EndsWith(Deleted, StringComparison.Ordinal)
            ? path[..^Deleted.Length]
            : Executable;

    public bool IsOnlyAsked => Arguments.Skip(1).Any(OnlyAsked.Contains);

    public string Identity => FormattableString.Invariant($"{Pid}:{Start}");

    public bool Runs(string program) =>
        Path is { } path
            && System.IO.Path.GetFileName(path) is var name
            && (name == program || name.StartsWith(program + ".", StringComparison.Ordinal));
}
