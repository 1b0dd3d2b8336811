namespace Drydock.Reconcilers.Databases;

/// <summary>A service of daemontools. Its svstat says "up (pid 17) 3 seconds"; tidb-ansible's own says "up pid 17,
/// …".</summary>
internal sealed partial class SuperviseManager(InstanceTarget target) : IServiceManager
{
    public string Kind => "supervise";

    public bool IsSupervisor => true;

    public IReadOnlyList<string> Units => [];

    public string ServiceDirectory { get; } = InstanceTargets.Below(target, target.Control.Supervise!.Directory);

    public string ChoiceFile => "";

    public ManagedProcess Read(HostReport report)
    {
        var text = report.Svstat ?? throw report.Answer.Unreadable("svstat said nothing");
        if (Up().Match(text) is { Success: true } up)
        {
            return new ManagedProcess(SupervisionState.Active, text)
            {
                Unit = ServiceDirectory,
                Pid = int.Parse(up.Groups["pid"].Value, CultureInfo.InvariantCulture),
            };
        }

        if (Down().IsMatch(text))
        {
            return new ManagedProcess(
                text.Contains("want up", StringComparison.Ordinal)
                    ? SupervisionState.Restarting
                    : SupervisionState.Inactive,
                text)
            {
                Unit = ServiceDirectory,
            };
        }

        if (text.EndsWith("file does not exist", StringComparison.Ordinal)
            || text.Contains("supervise not running", StringComparison.Ordinal))
        {
            return new ManagedProcess(SupervisionState.Missing, text);
        }

        throw text.EndsWith("access denied", StringComparison.Ordinal)
            ? new HostException(
                target.Host,
                Reasons.AccessDenied,
                $"{target.Host}: {target.Name}: {report.User} may not read {ServiceDirectory}: {text}. "
                + "Use the account that runs supervise, or set become: Sudo in spec.access.",
                retryable: false)
            : report.Answer.Unreadable($"svstat of {ServiceDirectory} printed '{text}'");
    }

    public async Task<bool> StopAsync(HostChannel channel, InstanceState look, CancellationToken cancellationToken)
    {
        var stop = StopCall(look);
        var (answer, _) = await channel.ActAsync(
            stop.Script, stop.What, Privilege.Control, stop.Arguments, default, cancellationToken);
        return answer.Says("ended");
    }

    public ScriptCall StopCall(InstanceState look) => new(
        "stop-supervise",
        $"stopping {ServiceDirectory}",
        [.. look.InTime, ServiceDirectory, StopGrace.Seconds(look.Target), look.Target.DeployDir, .. look.Own]);

    public ScriptCall StartCall(InstanceState look) => new(
        "start-supervise",
        $"starting {ServiceDirectory}",
        [.. look.Afterwards, ServiceDirectory, look.Target.DeployDir]);

    public Task StartAsync(
        HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken) =>
        channel.ActAsync(
            "start-supervise",
            $"starting {ServiceDirectory}",
            Privilege.Control,
            [.. look.InTime, ServiceDirectory, look.Target.DeployDir],
            default,
            cancellationToken);

    [GeneratedRegex(
        @"^up \(?pid (?<pid>[1-9][0-9]{0,8})\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Up();

    [GeneratedRegex(@"^down\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Down();
}
