namespace Drydock.Reconcilers.Databases;

/// <summary>A service of daemontools. Its svstat says "up (pid 17) 3 seconds"; tidb-ansible's own says "up pid 17,
/// …".</summary>
internal sealed partial class SuperviseManager(InstanceTarget target) : ServiceManager(target)
{
    public override string Kind => "supervise";

    public override string ServiceDirectory { get; } =
        InstanceTargets.Below(target, target.Control.Supervise!.Directory);

    public override ManagedProcess Read(HostReport report)
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
            ? Refused(
                Reasons.AccessDenied,
                $": {report.User} may not read {ServiceDirectory}: {text}. "
                + "Use the account that runs supervise, or set become: Sudo in spec.access.")
            : report.Answer.Unreadable($"svstat of {ServiceDirectory} printed '{text}'");
    }

    public override ScriptCall StopCall(InstanceState look) => Call(
        "stop-supervise", "stopping", [.. look.InTime, ServiceDirectory, Grace, look.Target.DeployDir, .. look.Own]);

    public override ScriptCall StartCall(InstanceState look, bool follows) => Call(
        "start-supervise",
        "starting",
        [.. follows ? look.Afterwards : look.InTime, ServiceDirectory, look.Target.DeployDir]);

    private ScriptCall Call(string script, string what, IReadOnlyList<string> arguments) =>
        new(script, $"{what} {ServiceDirectory}", arguments) { Privilege = Privilege.Control };

    [GeneratedRegex(
        @"^up \(?pid (?<pid>[1-9][0-9]{0,8})\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Up();

    [GeneratedRegex(@"^down\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Down();
}
