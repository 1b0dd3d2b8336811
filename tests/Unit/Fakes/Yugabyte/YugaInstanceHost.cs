namespace Drydock.Tests.Unit.Fakes;

/// <summary>A process of the universe on its host.</summary>
internal sealed class YugaInstanceHost(YugaServer server, YugaLife life, InstanceTarget target) : IInstanceHost
{
    private readonly YugaWorld _world = life.World;

    public InstanceTarget Target { get; } = target;

    public Task<InstanceProcess> LookAsync(TimeSpan? maxAge, CancellationToken cancellationToken) =>
        life.Looks.LookAsync(server.Name, maxAge, LookAnewAsync, cancellationToken);

    private Task<InstanceProcess> LookAnewAsync()
    {
        _world.Commands++;
        server.Looks++;
        return _world.UnreachableHosts.Contains(server.Host)
            ? Task.FromException<InstanceProcess>(
                new HostException(server.Host, Reasons.HostUnreachable, $"{server.Host}: connection refused"))
            : life.LookAsync(Look);
    }

    public async Task StopAsync(Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken)
    {
        if (Look() is { IsAlive: true } process)
        {
            await ensureMayStop(process);
        }

        await ChangeAsync($"stop {server.Name}", () =>
        {
            if (server.Strays.Count > 0)
            {
                throw new HostException(
                    server.Host, Reasons.ProcessLivesOn, $"{server.Name} has a process that its control does not know");
            }

            if (server.RefusesStop is { } refusal)
            {
                throw refusal;
            }

            _world.Stop(server);
            if (server.HasWatchdog)
            {
                _world.Start(server, server.Installed);
                throw new HostException(
                    server.Host, Reasons.ProcessLivesOn, $"{server.Host}: {server.Name} was started again",
                    retryable: false);
            }

            return true;
        }, isTimed: true);
    }

    public Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken) =>
        ChangeAsync($"swap {server.Name}", () =>
        {
            var version = VersionOf(swap.Sha256);
            if (server.IsUp)
            {
                _world.Violate($"{server.Name} was swapped while it ran");
                throw new HostException(server.Host, Reasons.ProcessLivesOn, $"{server.Name} lives");
            }

            var installed = YugaWorld.Sha(Target.Program, server.Installed);
            if (installed != swap.Sha256 && installed != swap.FormerSha256)
            {
                throw new HostException(
                    server.Host, Reasons.TargetChanged, $"something else lies in the place of {server.Name}",
                    retryable: false);
            }

            if (Target.Swap == SwapMethod.SwitchLink && server.Installed != version
                && swap.FormerDirectory != server.Link)
            {
                throw new HostException(
                    server.Host, Reasons.TargetChanged, $"{server.Link} is not {swap.FormerDirectory}",
                    retryable: false);
            }

            _world.Acts.Add($"swap {server.Name}");
            (server.Installed, server.Link) = (version, swap.Directory);
            return true;
        }, isTimed: true);

    public Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken) =>
        throw new NotSupportedException("this engine switches directories");

    public Task UnstageAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("this engine switches directories");

    // One command: the operator may die while it runs, and the host may kill it behind each of its parts.
    public async Task ReplaceAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        await StopAsync(ensureMayStop, cancellationToken);
        await SwapAsync(swap, cancellationToken);
        await StartAsync(swap.Directory, cancellationToken);
    }

    public Task StartAsync(string directory, CancellationToken cancellationToken) =>
        ChangeAsync($"start {server.Name}", () =>
        {
            _world.Start(server, server.Installed);
            return true;
        }, isTimed: true);

    private Task<bool> ChangeAsync(string what, Func<bool> carryOut, bool isTimed)
    {
        life.Looks.Forget(server.Name);
        return life.ChangeAsync(server.Host, what, carryOut, isTimed: isTimed);
    }

    private InstanceProcess Look() => new()
    {
        Supervision = server.Supervision,
        Unit = $"{server.Name}.service",
        SupervisionText = server.Supervision.ToString(),
        Pid = server.IsUp ? server.Pid : null,
        StartedAt = server.IsUp ? server.StartedAt + server.ClockOffset : null,
        Executable = server.IsUp ? $"{server.Link}/bin/{server.Binary ?? Target.Program}" : null,
        ExecutableSha256 = server.IsUp ? YugaWorld.Sha(Target.Program, server.Running!) : null,
        InstalledSha256 = YugaWorld.Sha(Target.Program, server.Installed),
        LinkTarget = Target.Swap == SwapMethod.SwitchLink ? server.Link : null,
        IsListening = server.IsUp,
        ListenerPid = server.IsUp ? server.Pid : null,
        Strays = [.. server.Strays],
    };

    private string VersionOf(string sha) =>
        _world.MoreVersions.Append(_world.Setup.From).Append(_world.Setup.To)
            .FirstOrDefault(v => YugaWorld.Sha(Target.Program, v) == sha)
        ?? throw new HostException(
            server.Host, Reasons.PackageCorrupt, $"there is no program with {sha}", retryable: false);
}
