namespace Drydock.Tests.Unit.Fakes;

/// <summary>One process of the world on its host.</summary>
internal sealed class TiDbWorldInstance(TiDbWorld world, TiDbLife life, TiDbProcess process, InstanceTarget target)
    : IInstanceHost
{
    public InstanceTarget Target => target;

    public Task<InstanceProcess> LookAsync(TimeSpan? maxAge, CancellationToken cancellationToken) =>
        life.Looks.LookAsync(process.Name, maxAge, LookAnewAsync, cancellationToken);

    private Task<InstanceProcess> LookAnewAsync() => life.LookAsync(() =>
    {
        Reach();
        process.Looks++;
        world.Asked.Add($"look {process.Name}");
        return new InstanceProcess
        {
            Supervision = process.IsAlive
                ? SupervisionState.Active
                : process.IsStopped ? SupervisionState.Inactive : SupervisionState.Restarting,
            SupervisionText = process.IsAlive ? "active (running)" : "inactive (dead)",
            Unit = $"{process.Name}.service",
            Pid = process.Pid,
            StartedAt = process.IsAlive ? process.StartedAt : null,
            Executable = !process.IsAlive ? null : process.Becoming is { } before
                ? (before.Length > 0 ? before : null)
                : $"{process.DeployDir}/bin/{target.Program}",
            ExecutableSha256 = process.Becoming is { } shell
                ? (shell.Length > 0 ? new string('5', 64) : null)
                : process.Running is { } running ? TiDbWorld.Sha(process.Component, running) : null,
            InstalledSha256 = TiDbWorld.Sha(process.Component, process.Installed),
            Restarts = process.Restarts,
            IsListening = world.IsReady(process),
            ListenerPid = process.Pid,
            Strays = process.StrayPid is { } stray ? [new StrayProcess(stray, "/data/old/bin/x")] : [],
        };
    });

    public async Task StopAsync(Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken)
    {
        if (process.IsAlive)
        {
            await ensureMayStop(await LookAnewAsync());
        }

        await StopAsync();
    }

    private Task<bool> StopAsync() => ChangeAsync(
        $"stop {process.Name}",
        () =>
        {
            Reach();
            if (process.RefusesStop is { } refusal)
            {
                throw refusal;
            }

            if (process.IsAlive)
            {
                world.Did($"stop {process.Name} {process.Running}");
                if (process.Running == TiDbWorld.New)
                {
                    world.Violated($"{process.Name} was stopped although it ran the new version");
                }

                world.End(process, byOperator: true);
            }

            process.IsStopped = true;
            if (process.HasWatchdog)
            {
                process.IsStopped = false;
                world.Run(process);
                throw new HostException(
                    process.Host, Reasons.ProcessLivesOn, $"{process.Host}: {process.Name} was started again",
                    retryable: false);
            }

            return true;
        },
        Cut,
        Late);

    public Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken) => ChangeAsync(
        $"swap {process.Name}",
        () =>
        {
            Reach();
            if (process.IsAlive)
            {
                world.Violated($"{process.Name} was replaced while it ran");
            }

            if (process.Installed == TiDbWorld.New)
            {
                return true;
            }

            if (swap.FormerSha256 != TiDbWorld.Sha(process.Component, process.Installed)
                || swap.Sha256 != TiDbWorld.Sha(process.Component, TiDbWorld.New))
            {
                throw new HostException(process.Host, Reasons.TargetChanged, "something else is in the place");
            }

            if (process.RefusesSwap is { } refusal)
            {
                throw refusal;
            }

            world.Did($"swap {process.Name}");
            process.Installed = TiDbWorld.New;
            process.IsStaged = false;
            return true;
        },
        Cut,
        Late);

    public Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken) => ChangeAsync(
        $"stage {process.Name}",
        () =>
        {
            Reach();
            if (process.RefusesStage is { } refusal)
            {
                throw refusal;
            }

            if (!process.IsAlive)
            {
                world.Violated($"{process.Name} was down while its new program was prepared");
            }

            process.IsStaged = process.Installed != TiDbWorld.New;
            return true;
        },
        Cut,
        Late);

    public Task UnstageAsync(CancellationToken cancellationToken) => ChangeAsync(
        $"unstage {process.Name}",
        () =>
        {
            Reach();
            process.IsStaged = false;
            return true;
        },
        Cut);

    // The host does it in one command; here the operator may die in the middle of it, as the connection may.
    public async Task ReplaceAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        if (process.IsAlive && !process.IsStaged && process.Installed != TiDbWorld.New)
        {
            world.Violated($"{process.Name} was stopped before its new program was prepared");
        }

        await StopAsync(ensureMayStop, cancellationToken);
        await SwapAsync(swap, cancellationToken);
        if (file is not null)
        {
            await new TiDbWorldFiles(world, life, process.Host).WriteAsync(
                file.Path, world.Files[(process.Host, file.Source)], file.FormerSha256, file.Former, cancellationToken);
        }

        await StartAsync(swap.Directory, cancellationToken);
    }

    public Task StartAsync(string directory, CancellationToken cancellationToken) => ChangeAsync(
        $"start {process.Name}",
        () =>
        {
            Reach();
            if (process.RefusesStart && process.Installed == TiDbWorld.New)
            {
                throw new HostException(
                    process.Host, Reasons.InstanceUnhealthy, $"{process.Host}: the unit ended with 203");
            }

            if (!process.IsAlive)
            {
                world.Did($"start {process.Name} {process.Installed}");
                world.Run(process);
            }

            return true;
        },
        Cut,
        Late);

    private Task<bool> ChangeAsync(
        string what, Func<bool> carryOut, Func<Exception>? unclear = null, Func<Exception>? late = null)
    {
        life.Looks.Forget(process.Name);
        return life.ChangeAsync(what, carryOut, unclear, late);
    }

    private void Reach()
    {
        if (world.Unreachable.Contains(process.Host))
        {
            throw new HostException(process.Host, Reasons.HostUnreachable, string.Create(
                CultureInfo.InvariantCulture, $"{process.Host} does not answer"));
        }
    }

    private HostException Late() =>
        new(process.Host, Reasons.HostUnreachable, $"{process.Host}: the observation is too old for this action");

    private HostException Cut() =>
        new(process.Host, Reasons.HostUnreachable, $"{process.Host}: the connection was cut", mayHaveRun: true);
}
