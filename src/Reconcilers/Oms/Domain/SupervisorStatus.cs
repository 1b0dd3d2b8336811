namespace Drydock.Reconcilers.Oms;

/// <summary>The output of <c>supervisorctl status</c>. Lines that do not describe a program are kept apart.</summary>
internal sealed partial class SupervisorStatus
{
    private readonly Dictionary<string, SupervisorProgram> _byName;

    private SupervisorStatus(List<SupervisorProgram> programs, List<string> otherLines)
    {
        Programs = programs;
        OtherLines = otherLines;
        _byName = new Dictionary<string, SupervisorProgram>(StringComparer.Ordinal);
        foreach (var program in programs)
        {
            // A program named after its group is printed alone, one of another group as group:name; both are found by
            // the bare name.
            _byName[program.Name] = program;
            _byName.TryAdd(program.Name[(program.Name.IndexOf(':', StringComparison.Ordinal) + 1)..], program);
        }
    }

    public IReadOnlyList<SupervisorProgram> Programs { get; }
    public IReadOnlyList<string> OtherLines { get; }
    public bool Answered => Programs.Count > 0;

    /// <summary>Reads the output; never fails.</summary>
    public static SupervisorStatus Parse(string text)
    {
        var programs = new List<SupervisorProgram>();
        var other = new List<string>();
        foreach (var line in TerminalText.Lines(text))
        {
            var match = Line().Match(line);
            if (!match.Success)
            {
                other.Add(line);
                continue;
            }

            programs.Add(new SupervisorProgram(
                match.Groups["name"].Value,
                Enum.TryParse<SupervisorState>(match.Groups["state"].Value, ignoreCase: true, out var state)
                    ? state
                    : SupervisorState.Unknown,
                int.TryParse(
                    match.Groups["pid"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                    ? pid
                    : null));
        }

        return new SupervisorStatus(programs, other);
    }

    public SupervisorProgram? Find(string name) => _byName.GetValueOrDefault(name);

    public SupervisorState? StateOf(string name) => Find(name)?.State;

    public bool IsRunning(string name) => StateOf(name) == SupervisorState.Running;

    public IReadOnlyList<string> NotRunning(IEnumerable<string> names) =>
        [
            .. names.Where(name => !IsRunning(name)).Select(name =>
                StateOf(name) is { } state ? $"{name} {state.Word()}" : $"{name} (not listed)"),
        ];

    [GeneratedRegex(
        @"^(?<name>[A-Za-z0-9_.:@+-]+)\s+"
            + @"(?<state>STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)"
            + @"(\s+(pid\s+(?<pid>[0-9]+)(,\s*uptime\s+.+)?|.*))?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}

/// <param name="Name">Its name, with its group if that is another one (<c>group:name</c>).</param>
/// <param name="Pid">Its process id, if supervisord printed one.</param>
internal sealed record SupervisorProgram(string Name, SupervisorState State, int? Pid);

internal enum SupervisorState
{
    Unknown,

    /// <summary>Stopped, or never started.</summary>
    Stopped,

    Starting,
    Running,

    /// <summary>Exited too soon after its start and will be tried again.</summary>
    Backoff,

    Stopping,
    Exited,

    /// <summary>Could not be started; supervisord does not try again.</summary>
    Fatal,
}

internal static class SupervisorStates
{
    /// <summary>The state as supervisord writes it.</summary>
    public static string Word(this SupervisorState state) => $"{state}".ToUpperInvariant();
}

/// <summary>The programs supervisord runs in an OMS container (docs/project/research/oms.md#programs).</summary>
internal static class OmsPrograms
{
    public const string Nginx = "nginx";
    public const string Console = "oms_console";
    public const string ClusterManager = "oms_drc_cm";
    public const string Supervisor = "oms_drc_supervisor";
    public const string Sshd = "sshd";

    public static IReadOnlyList<string> All { get; } = [Nginx, Console, ClusterManager, Supervisor, Sshd];
    public static IReadOnlyList<string> Core { get; } = [Console, ClusterManager, Supervisor];
}
